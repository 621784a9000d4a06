/** @file A real Chromium with an empty profile for tests of the console, closed with the test. */
import { existsSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestContext } from "node:test"

import { type BrowserContext, chromium, type Page } from "playwright-core"

const executablePath = "/usr/bin/chromium"

/** The reason to skip, or false: npm installs no browser. */
export const isBrowserMissing: string | false = existsSync(executablePath)
  ? false
  : `needs Chromium at ${executablePath}`

/** What a page did that it must not: errors, broken rules of its Content-Security-Policy, calls to elsewhere. */
export type Watched = {
  readonly page: Page
  /** Texts of the browser's console of level error, and uncaught errors. */
  readonly errors: string[]
  /** Every address that was asked for. */
  readonly addresses: string[]
}

export async function openBrowser(t: TestContext, locale = "en-GB"): Promise<BrowserContext> {
  const profile = await mkdtemp(join(tmpdir(), "quernstone-chromium-"))
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    locale,
    viewport: { width: 1400, height: 1000 },
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  })
  t.after(async () => {
    await browser.close()
    await rm(profile, { recursive: true, force: true })
  })
  return browser
}

export async function openPage(browser: BrowserContext, url: string): Promise<Watched> {
  const page = await browser.newPage()
  const errors: string[] = []
  const addresses: string[] = []
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text())
  })
  page.on("pageerror", (error) => errors.push(String(error)))
  page.on("request", (request) => addresses.push(request.url()))
  await page.goto(url)
  return { page, errors, addresses }
}
