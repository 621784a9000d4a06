/** @file A network in the console, in a real browser: what it was compared with, how it learned, and an answer that says why it has no reasons. */
import assert from "node:assert/strict"
import { test } from "node:test"

import type { Page } from "playwright-core"

import { crossed, roomForTwo } from "../crossed.ts"
import { addDataset, type ServerForTest, serverForTest, trainAndDeploy } from "../server.ts"
import { isBrowserMissing, openBrowser, openPage } from "./browser.ts"

test("the console shows how a network was chosen and how it learned", {
  skip: isBrowserMissing,
}, async (t) => {
  const server = await serverForTest(t, { environment: roomForTwo })
  await addDataset(server.client, "crossed", crossed(400))
  await trainAndDeploy(server.client, "crossed", "kind", "network")
  const browser = await openBrowser(t)
  const { page, errors } = await openPage(browser, `${server.url}/#key=${server.adminKey}`)
  await page.getByRole("button", { name: "Predict", exact: true }).waitFor()

  await t.test("every model that was compared is a line, the chosen one is marked", async () => {
    await page.getByText(/^How it was chosen: \d+ models compared$/).click()
    const { leaderboard } = await reportOf(server)
    const lines = page.locator(".leaderboard tbody tr")
    assert.equal(await lines.count(), leaderboard.length)
    const chosen = page.locator(".leaderboard tr.is-chosen")
    assert.equal(await chosen.count(), 1)
    assert.match((await chosen.textContent()) ?? "", /neural network.*chosen.*layers \d+/)
    assert.equal(await page.getByRole("row", { name: /^constant/ }).count(), 1)
  })

  await t.test(
    "each network has its curves, with a point an epoch and the least loss as the report has it",
    async () => {
      const curves = (await reportOf(server)).leaderboard.flatMap(({ curve }) =>
        curve === null ? [] : [curve],
      )
      assert.ok(curves.length >= 2)
      assert.equal(await page.locator(".curve svg").count(), curves.length)
      for (const [at, curve] of curves.entries()) {
        const figure = page.locator(".curve").nth(at)
        for (const line of ["curve-training", "curve-validation"])
          assert.equal((await placesOf(page, at, line)).length, curve.length, line)
        const places = await placesOf(page, at, "curve-validation")
        const held = curve.map(({ validationLoss }) => validationLoss ?? Number.NaN)
        const lowest = held.indexOf(Math.min(...held))
        const [x, y] = places[lowest] ?? []
        const best = figure.locator("circle")
        assert.ok(Math.abs(Number(await best.getAttribute("cx")) - (x ?? 0)) < 0.1)
        assert.ok(Math.abs(Number(await best.getAttribute("cy")) - (y ?? 0)) < 0.1)
        const label = (await figure.getByRole("img").getAttribute("aria-label")) ?? ""
        assert.ok(label.endsWith(`at epoch ${curve[lowest]?.epoch}`), label)
      }
    },
  )

  await t.test("it answers and says why, and its curl asks for reasons", async () => {
    await page.getByText("Press Predict to see the answer, and why.").waitFor()
    await page.getByRole("button", { name: "Predict", exact: true }).click()
    await page.getByRole("region", { name: "Why" }).waitFor()
    assert.ok(["same", "other"].includes((await page.locator(".answer-value").textContent()) ?? ""))
    assert.equal(((await page.locator("pre").last().textContent()) ?? "").includes("explain"), true)
    await page.getByText("中文").click()
    await page.getByText("神经网络的学习曲线").waitFor()
    await page.getByText("EN", { exact: true }).click()
  })

  await t.test("it fits a narrow page, light and dark", async () => {
    for (const colorScheme of ["light", "dark"] as const)
      for (const width of [400, 1400]) {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize({ width, height: 900 })
        const overflow = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert.ok(Number(overflow) <= 0, `${width} px wide, the page is ${overflow} px too wide`)
      }
    assert.deepEqual(errors, [])
  })
})

async function reportOf({ client }: ServerForTest) {
  return (await client.getModelVersion({ name: "crossed", version: 1 })).report
}

/** The points of one line of the `at`-th picture. */
async function placesOf(page: Page, at: number, line: string): Promise<number[][]> {
  const points = (await page.locator(".curve").nth(at).locator(`.${line}`).getAttribute("points")) ?? ""
  return points.split(" ").map((point) => point.split(",").map(Number))
}
