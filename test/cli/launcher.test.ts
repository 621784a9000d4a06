/** @file The launcher on a Node that is too old: the clone's own takes over, and where there is none one sentence says what to do. */
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"

import { exitOf, lineOf, outcomeOf, root } from "./run-cli.ts"

/** Makes this Node look like Node 18 to the script that it runs, and to that one only. */
const pretendOld = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'18.20.4'})"

function runOld(script: string, words: readonly string[], language = "C.UTF-8"): ChildProcess {
  const { PATH = "" } = process.env
  return spawn(process.execPath, ["--import", pretendOld, script, ...words], {
    env: { PATH, LANG: language, HOME: tmpdir() },
    stdio: "pipe",
  })
}

test("an old Node hands over to the clone's own, with the words and the exit status", async () => {
  const good = await outcomeOf(runOld(join(root, "bin", "quernstone.js"), ["--version"]))
  assert.deepEqual([good.status, good.stderr], [0, ""])
  assert.match(good.stdout, /^\d+\.\d+\.\d+\n$/)
  const bad = await outcomeOf(runOld(join(root, "bin", "quernstone.js"), ["nonsense"]))
  assert.equal(bad.status, 2)
})

test("an old Node without the clone's own ends with one sentence that names both, in the reader's language", async (t) => {
  const folder = await temporaryFolder(t)
  await cp(join(root, "bin"), join(folder, "bin"), { recursive: true })
  await writeFile(join(folder, "package.json"), '{"type":"module"}')
  for (const script of ["quernstone.js", "start.js"]) {
    const english = await outcomeOf(runOld(join(folder, "bin", script), ["status"]))
    assert.equal(english.status, 1)
    assert.match(english.stderr, /^quernstone: this needs Node 22\.18 or newer and found 18\.20\.4\. .*\n$/)
    const chinese = await outcomeOf(runOld(join(folder, "bin", script), ["status"], "zh_CN.UTF-8"))
    assert.match(chinese.stderr, /^quernstone：需要 Node 22\.18/)
  }
})

test("a signal passes through the launcher to what it started", async (t) => {
  const folder = await temporaryFolder(t)
  await cp(join(root, "bin", "launch.js"), join(folder, "bin", "launch.js"))
  await writeFile(join(folder, "package.json"), '{"type":"module"}')
  await mkdir(join(folder, "node_modules", ".bin"), { recursive: true })
  await symlink(process.execPath, join(folder, "node_modules", ".bin", "node"))
  const script = join(folder, "bin", "wait.js")
  await writeFile(
    script,
    `import { runWithNode } from "./launch.js"
await runWithNode(new URL(import.meta.url), async () => {
  process.on("SIGTERM", () => process.exit(7))
  setInterval(() => undefined, 1000)
  console.log("waiting")
})`,
  )
  const child = runOld(script, [])
  await lineOf(child, (line) => line === "waiting")
  child.kill("SIGTERM")
  assert.equal(await exitOf(child), 7)
})

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "quernstone-launcher-"))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}
