#!/usr/bin/env node
/** @file `npm start` and `npm run demo`: builds what is missing or stale, then brings the sample up. */
import { spawn } from "node:child_process"
import { readdirSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { runWithNode } from "./launch.js"

const root = fileURLToPath(new URL("..", import.meta.url))
const isChinese = language().startsWith("zh")
/** What the build reads; generated and installed things are no sources. */
const sources = [
  "src",
  "client/src",
  "console",
  "package-lock.json",
  "tsconfig.base.json",
  "tsconfig.node.json",
]
const needed = ["dist/src/cli/demo.js", "dist/console/index.html"]
/** Written by every build; the compiler leaves alone what did not change, so that its outputs may well be older than a source. */
const marks = ["dist/node.tsbuildinfo", "dist/start.stamp"]
const tellAfterMs = 2_000

await runWithNode(new URL(import.meta.url), async () => {
  if (isStale()) await build()
  const { runDemo } = await import("../dist/src/cli/demo.js")
  await runDemo(process.argv.slice(2))
})

/** Whether an output is missing or older than the newest source. */
function isStale() {
  const times = (paths) => paths.map((path) => newest(join(root, path)))
  return times(needed).includes(0) || Math.max(...times(marks)) < Math.max(...times(sources))
}

/** Milliseconds of the newest file below a path; 0 when there is none. */
function newest(path) {
  const status = statSync(path, { throwIfNoEntry: false })
  if (status === undefined) return 0
  if (!status.isDirectory()) return status.mtimeMs
  return readdirSync(path)
    .filter((name) => name !== "node_modules" && name !== "dist")
    .reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0)
}

async function build() {
  const startedMs = Date.now()
  const label = isChinese ? "正在构建（首次约需一分钟）" : "Building (about a minute the first time)"
  const timer = setInterval(() => {
    console.error(`${label} ... ${Math.round((Date.now() - startedMs) / 1000)} s`)
  }, tellAfterMs * 2.5)
  const first = setTimeout(() => console.error(`${label} ...`), tellAfterMs)
  const tool = (name) => join(root, "node_modules", ".bin", name)
  try {
    await run(process.execPath, ["scripts/clean-stale-outputs.mjs"])
    await run(process.execPath, [tool("tsc"), "-b"])
    await run(process.execPath, [tool("vite"), "build", "console", "--logLevel", "warn"])
    writeFileSync(join(root, "dist", "start.stamp"), "")
  } finally {
    clearInterval(timer)
    clearTimeout(first)
  }
}

function run(command, words) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { cwd: root, stdio: ["ignore", 2, 2] })
    child.on("error", reject)
    child.on("exit", (code) => {
      if (code === 0) return resolve()
      console.error(
        isChinese
          ? "构建失败，原因见上。请先运行 `npm ci`，再重试。"
          : "The build failed; the reason stands above. Run `npm ci` first, then try again.",
      )
      process.exit(1)
    })
  })
}

function language() {
  const words = process.argv.slice(2)
  const at = words.indexOf("--lang")
  const { LC_ALL, LC_MESSAGES, LANG } = process.env
  return (at >= 0 && words[at + 1]) || LC_ALL || LC_MESSAGES || LANG || ""
}
