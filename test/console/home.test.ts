/** @file The console in a real browser against a real server: from the key to an answer that adds up. */
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"

import type { BrowserContext, Locator, Page } from "playwright-core"

import { addDataset, type ServerForTest, serverForTest, trainAndDeploy } from "../server.ts"
import { isBrowserMissing, openBrowser, openPage } from "./browser.ts"

type Scene = { readonly server: ServerForTest; readonly browser: BrowserContext }

test("the console, from the key to an answer that adds up", { skip: isBrowserMissing }, async (t) => {
  const scene = { server: await serverForTest(t), browser: await openBrowser(t) }
  await t.test("asks for a key, tells a wrong one from none, and keeps the right one in the tab only", () =>
    signsIn(scene),
  )
  await t.test("a key that may only predict is told what it lacks", () => refusesPredictKey(scene))
  await t.test("without an endpoint it says what to type, and shows one as soon as there is one", () =>
    showsWhatComes(scene),
  )
  await t.test("predicts the example, and baseline and contributions add up to the total", () =>
    predicts(scene),
  )
  await t.test("the curl line is the call that the form makes", () => showsTheSameCall(scene))
  await t.test("fields say what is wrong before and after the server does", () => refusesRows(scene))
  await t.test("speaks Chinese when the browser does, and on demand", (own) => speaksChinese(own, scene))
  await t.test("fits a narrow page, light and dark", (own) => fitsNarrowPages(own, scene))
  await t.test("loses the server, says so, and keeps what it knew", () => losesTheServer(scene))
})

async function signsIn({ server, browser }: Scene): Promise<void> {
  const { page } = await openPage(browser, `${server.url}/`)
  await page.getByLabel("API key").first().fill("not a key")
  await page.getByRole("button", { name: "Sign in" }).click()
  await page.getByText("This is not an API key").waitFor()
  await page
    .getByLabel("API key")
    .first()
    .fill(`qst_AAAAAAAA_${"A".repeat(43)}`)
  await page.getByRole("button", { name: "Sign in" }).click()
  await page.getByText("The server did not accept this key").waitFor()
  await page.getByLabel("API key").first().fill(server.adminKey)
  await page.keyboard.press("Enter")
  await page.getByText("Connected").waitFor()
  await page.reload()
  await page.getByText("Connected").waitFor()
  const { cookies, origins } = await browser.storageState()
  assert.equal(JSON.stringify({ cookies, origins }).includes(server.adminKey), false)
  await page.getByRole("button", { name: "Sign out" }).click()
  await page.getByText("This server asks for an API key.").waitFor()
  assert.equal(await page.evaluate("sessionStorage.length"), 0)
  await page.close()
}

async function refusesPredictKey({ server, browser }: Scene): Promise<void> {
  const { key } = await server.client.createKey({ body: { name: "narrow", scopes: ["predict"] } })
  const { page } = await openPage(browser, `${server.url}/#key=${key}`)
  await page.getByText("This key may predict but not read").waitFor()
  await page.close()
}

async function showsWhatComes({ server, browser }: Scene): Promise<void> {
  const { page, errors, addresses } = await openPage(browser, `${server.url}/#key=${server.adminKey}`)
  await page.getByText("quernstone train your-file.csv --target COLUMN --serve").waitFor()
  assert.equal(page.url(), `${server.url}/`, "the key stays in the address")
  await addDataset(server.client, "shipments", shipments())
  await page.getByRole("rowheader", { name: "shipments" }).waitFor()
  await trainAndDeploy(server.client, "shipments", "late")
  await page.getByRole("button", { name: /^shipments/ }).waitFor()
  await page.getByText("Training a model").waitFor()
  await page.getByText("Measured on").waitFor()
  const { primaryMetric } = await server.client.getModelVersion({ name: "shipments", version: 1 })
  const score = new Intl.NumberFormat("en", { minimumSignificantDigits: 3, maximumSignificantDigits: 4 })
  const summary = (await page.getByRole("button", { name: /^shipments/ }).textContent()) ?? ""
  assert.ok(summary.includes(`log loss ${score.format(primaryMetric.value)}`), `no score in: ${summary}`)
  assert.ok(summary.includes(`${score.format(primaryMetric.low)} to ${score.format(primaryMetric.high)}`))
  assert.deepEqual(errors, [])
  assert.deepEqual(
    addresses.filter((address) => !address.startsWith(`${server.url}/`)),
    [],
    "the page asked somebody else",
  )
  await page.close()
}

async function predicts({ server, browser }: Scene): Promise<void> {
  const { page } = await openConsole({ server, browser })
  await press(page, "Predict")
  const why = page.getByRole("region", { name: "Why" })
  const baseline = await figure(why.locator("tr.is-baseline data"))
  const total = await figure(why.locator("tr.is-total data"))
  const contributions = await figures(why.locator("tr.is-contribution data"))
  assert.ok(contributions.length >= 5)
  assert.ok(Math.abs(baseline + sum(contributions) - total) < 1e-4, "the bars do not add up")
  const sizes = contributions.map(Math.abs)
  assert.deepEqual(
    sizes,
    sizes.toSorted((a, b) => b - a),
    "the largest come first",
  )
  const probabilities = await figures(page.locator(".probabilities data"))
  assert.ok(Math.abs(sum(probabilities) - 1) < 1e-6)
  const row = await rowOfCurl(page)
  const answer = await server.client.predict({ name: "shipments", body: { rows: [row], explain: true } })
  const [prediction] = answer.predictions
  assert.ok(prediction !== undefined && "label" in prediction)
  const shown = page.getByRole("region", { name: "Answer", exact: true }).locator(".answer-value")
  assert.equal(await shown.textContent(), String(prediction.label))
  assert.equal(answer.explanations?.[0]?.score, total)
  const { example } = (await server.client.getModelVersion({ name: "shipments", version: 1 })).report
  await page.getByText(`In the data, late of this row is ${example.answer}.`).waitFor()
  await page.close()
}

async function showsTheSameCall({ server, browser }: Scene): Promise<void> {
  const { page } = await openConsole({ server, browser })
  await page.getByRole("spinbutton", { name: "weight", exact: true }).fill("12.5")
  await page.getByRole("spinbutton", { name: "distance", exact: true }).fill("")
  await page.getByLabel(/^sent/).fill("2026-03-09")
  await page.getByRole("combobox", { name: "fragile" }).click()
  await page.getByRole("option", { name: "true" }).click()
  await page.getByRole("combobox", { name: "carrier" }).fill("O'Neill & Söhne")
  const row = await rowOfCurl(page)
  assert.equal(row.weight, 12.5)
  assert.equal(row.distance, null)
  assert.equal(row.sent, "2026-03-09")
  assert.equal(row.fragile, true)
  assert.equal(row.carrier, "O'Neill & Söhne")
  await press(page, "Predict")
  const warnings = page.getByRole("note")
  await warnings.getByText("carrier").first().waitFor()
  await warnings.getByText("distance").first().waitFor()
  const { warnings: told } = await server.client.predict({ name: "shipments", body: { rows: [row] } })
  assert.equal(await warnings.getByRole("listitem").count(), told.length)
  const curl = (await curlBlock(page).textContent()) ?? ""
  assert.ok(curl.includes(`${server.url}/api/v1/endpoints/shipments/predict?explain=true`))
  assert.equal(curl.includes(server.adminKey), false, "a key on the page ends up in chats")
  await page.getByRole("button", { name: "Back to the example" }).click()
  assert.notEqual((await rowOfCurl(page)).carrier, "O'Neill & Söhne")
  await page.getByText("The row has changed since.").waitFor()
  await page.close()
}

async function refusesRows({ server, browser }: Scene): Promise<void> {
  const { page } = await openConsole({ server, browser })
  await page.getByRole("spinbutton", { name: "pieces", exact: true }).fill("2.5")
  await press(page, "Predict")
  await page.getByText("The model knows whole numbers here.").waitFor()
  assert.equal(await page.getByRole("region", { name: "Why" }).count(), 0)
  await server.client.deploy({ name: "shipments", body: { model: "shipments", strict: true } })
  await page.reload()
  await page.getByText("strict").waitFor()
  await page.getByRole("spinbutton", { name: "pieces", exact: true }).fill("1000000")
  await press(page, "Predict")
  const alert = page.getByRole("alert")
  await alert.getByText("There is no answer").waitFor()
  await alert.getByText("pieces").first().waitFor()
  await server.client.deploy({ name: "shipments", body: { model: "shipments", strict: false } })
  await page.close()
}

async function speaksChinese(own: TestContext, { server, browser }: Scene): Promise<void> {
  const { page } = await openConsole({ server, browser })
  await press(page, "Predict")
  await page.getByRole("region", { name: "Why" }).waitFor()
  await page.getByText("中文").click()
  await page.getByRole("region", { name: "原因" }).waitFor()
  assert.equal(await page.evaluate("document.documentElement.lang"), "zh-CN")
  await page.getByText("EN", { exact: true }).click()
  await page.getByRole("region", { name: "Why" }).waitFor()
  await page.evaluate("localStorage.clear()")
  await page.close()
  const chinese = await openBrowser(own, "zh-CN")
  const { page: first } = await openPage(chinese, `${server.url}/`)
  await first.getByText("此服务需要 API 密钥。").waitFor()
}

async function fitsNarrowPages(own: TestContext, { server, browser }: Scene): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "quernstone-console-"))
  own.after(() => rm(folder, { recursive: true, force: true }))
  const { page } = await openConsole({ server, browser })
  await press(page, "Predict")
  await page.getByRole("region", { name: "Why" }).waitFor()
  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [400, 1400]) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 900 })
      const overflow = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
      assert.ok(Number(overflow) <= 0, `${width} px wide, the page is ${overflow} px too wide`)
      await page.screenshot({ path: join(folder, `${colorScheme}-${width}.png`), fullPage: true })
    }
  assert.equal(await page.evaluate("document.documentElement.dataset.mantineColorScheme"), "dark")
  await page.close()
}

async function losesTheServer({ server, browser }: Scene): Promise<void> {
  const { page } = await openConsole({ server, browser })
  await server.close()
  await page.getByText("No connection to the server").waitFor()
  await page.getByText("What you see is from").waitFor()
  await page.getByRole("rowheader", { name: "shipments" }).first().waitFor()
  await press(page, "Predict")
  await page.getByText("There is no answer from").waitFor()
  await page.close()
}

async function openConsole({ server, browser }: Scene) {
  const opened = await openPage(browser, `${server.url}/#key=${server.adminKey}`)
  await opened.page.getByRole("button", { name: "Predict", exact: true }).waitFor()
  return opened
}

function press(page: Page, name: string): Promise<void> {
  return page.getByRole("button", { name, exact: true }).click()
}

function curlBlock(page: Page): Locator {
  return page.getByRole("region", { name: "The same call from a terminal" }).locator("pre")
}

/** The row of the curl line, as a real shell hands it to curl. */
async function rowOfCurl(page: Page): Promise<Record<string, string | number | boolean | null>> {
  const line = (await curlBlock(page).textContent()) ?? ""
  const printArguments = `curl() { printf '%s\\0' "$@"; }`
  const output = execFileSync("sh", ["-c", `${printArguments}\n${line}`], { encoding: "utf8" })
  const given = output.split("\0")
  const { rows } = JSON.parse(given[given.indexOf("-d") + 1] ?? "")
  return rows[0]
}

async function figure(locator: Locator): Promise<number> {
  return Number(await locator.getAttribute("value"))
}

async function figures(locator: Locator): Promise<number[]> {
  await locator.first().waitFor()
  return Promise.all((await locator.all()).map(figure))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** 400 shipments: light ones and near ones come in time, carrier "slow" does not; every kind of column, some values missing. */
function shipments(): string {
  const carriers = ["swift", "steady", "slow", "国际快递"]
  const lines = ["carrier,weight,pieces,distance,fragile,sent,late"]
  for (let row = 0; row < 400; row += 1) {
    const turn = (row * 7919) % 400
    const carrier = carriers[row % 4] ?? ""
    const weight = ((turn * 37) % 500) / 10 + 0.5
    const distance = row % 17 === 0 ? "" : String(((row * 613) % 1900) + 25.5)
    const sent = new Date(Date.UTC(2026, 0, 1 + (row % 300))).toISOString().slice(0, 10)
    const burden = weight / 25 + (carrier === "slow" ? 1.5 : 0) + (Number(distance) || 900) / 1000
    const isLate = burden + ((row * 31) % 100) / 60 > 3.4
    lines.push(
      [carrier, weight, (turn % 30) + 1, distance, row % 3 === 0, sent, isLate ? "yes" : "no"].join(","),
    )
  }
  return lines.join("\n")
}
