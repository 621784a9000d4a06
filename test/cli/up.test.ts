/** @file `quernstone up` and `npm start`: a whole server in a process of its own, from the first line to the last signal. */
import assert from "node:assert/strict"
import type { ChildProcess } from "node:child_process"
import { spawn } from "node:child_process"
import { access, readFile } from "node:fs/promises"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { type TestContext, test } from "node:test"

import { temporaryDataFolder } from "../database.ts"
import { commandLine, exitOf, lineOf, outcomeOf, pasteIntoShell, root, start } from "./run-cli.ts"

test("up says on its first line where it is, commands find it by themselves, and SIGTERM ends it in order", async (t) => {
  const data = await temporaryDataFolder(t)
  const server = start(["up", "--json", "--port", "0", "--data", data], {})
  stopAfter(t, server)
  const first = JSON.parse(await lineOf(server, () => true))
  assert.deepEqual([first.ready, first.data, first.pid], [true, data, server.pid])
  const quernstone = await commandLine(t, { QUERNSTONE_DATA: data })
  const status = await quernstone(["status", "--json"])
  assert.equal(status.status, 0, status.stderr)
  assert.equal(JSON.parse(status.stdout).url, first.url)
  const second = await quernstone(["up", "--port", "0"])
  assert.equal(second.status, 1)
  assert.match(second.stderr, new RegExp(`${server.pid}`))
  server.kill("SIGTERM")
  assert.equal(await exitOf(server), 0)
  await assert.rejects(access(join(data, "server.json")))
  assert.equal((await quernstone(["status", "--url", first.url])).status, 3)
})

test("up without a terminal prints no key but says which file holds it", async (t) => {
  const data = await temporaryDataFolder(t)
  const server = start(["up", "--port", "0", "--data", data, "--lang", "zh"], {})
  stopAfter(t, server)
  const ended = outcomeOf(server)
  await lineOf(server, (line) => line.includes("Ctrl-C"))
  server.kill("SIGINT")
  const { status, stdout, stderr } = await ended
  assert.equal(status, 0, stderr)
  const { key } = JSON.parse(await readFile(join(data, "keys", "admin.json"), "utf8"))
  assert.equal((stdout + stderr).includes(key), false)
  assert.match(stdout, /管理员密钥在 .*keys\/admin\.json/)
})

test("a taken port ends up with a sentence, exit 1", async (t) => {
  const data = await temporaryDataFolder(t)
  const server = start(["up", "--json", "--port", "0", "--data", data], {})
  stopAfter(t, server)
  const { url } = JSON.parse(await lineOf(server, () => true))
  const quernstone = await commandLine(t, { QUERNSTONE_DATA: await temporaryDataFolder(t) })
  const { status, stdout } = await quernstone(["up", "--port", new URL(url).port, "--json"])
  assert.equal(status, 1)
  assert.equal(JSON.parse(stdout).error.code, "PORT_TAKEN")
})

test("where no server runs, train --serve starts one and stays up", async (t) => {
  const data = await temporaryDataFolder(t)
  const file = join(root, "examples", "data", "iris.csv")
  const child = start(["train", file, "--target", "species", "--serve", "--json"], {
    environment: { QUERNSTONE_DATA: data, QUERNSTONE_PORT: String(await freePort()) },
  })
  stopAfter(t, child)
  const { served } = JSON.parse(await lineOf(child, () => true))
  const { predictions } = JSON.parse((await pasteIntoShell(served.curl)).stdout)
  assert.equal(predictions.length, 1)
  child.kill("SIGTERM")
  assert.equal(await exitOf(child), 0)
})

test("npm start leads from the sample to a curl that works; a second start trains nothing and stops by itself", async (t) => {
  const data = await temporaryDataFolder(t)
  const environment = { QUERNSTONE_DATA: data, QUERNSTONE_PORT: String(await freePort()) }
  const demo = startDemo([], environment)
  stopAfter(t, demo)
  const output = demo.stdout === null ? Promise.resolve("") : text(demo.stdout)
  await lineOf(demo, (line) => line.includes("rm -rf"))
  const quernstone = await commandLine(t, environment)
  const jobs = async () => JSON.parse((await quernstone(["job", "list", "--json"])).stdout).items.length
  assert.equal(await jobs(), 2)
  demo.kill("SIGTERM")
  assert.equal(await exitOf(demo), 0)
  const said = await output
  assert.match(said, /Leaderboard by log_loss/)
  assert.match(said, /Test: the served file on [\d,]+ rows/)
  assert.match(said, /Answer: late = [01] \(probability 0\.\d{3}\)\. What really happened: [01]\./)

  const again = startDemo(["--lang", "zh"], environment)
  stopAfter(t, again)
  const secondOutput = again.stdout === null ? Promise.resolve("") : text(again.stdout)
  await lineOf(again, (line) => line.includes("rm -rf"))
  assert.equal(await jobs(), 2)
  const third = await outcomeOf(startDemo(["--stop"], environment))
  assert.equal(third.status, 0, third.stderr)
  assert.match(third.stdout, /It was up already/)
  const [curl = ""] = /curl -s (?:.*\\\n)*.*/.exec(third.stdout) ?? []
  const pasted = await pasteIntoShell(curl)
  const { predictions } = JSON.parse(pasted.stdout)
  assert.ok("probabilities" in predictions[0], pasted.stdout)
  again.kill("SIGTERM")
  assert.equal(await exitOf(again), 0)
  const chinese = await secondOutput
  assert.match(chinese, /回答：late = [01]（概率 0\.\d{3}）/)
  const { key } = JSON.parse(await readFile(join(data, "keys", "admin.json"), "utf8"))
  assert.equal((said + chinese + third.stdout).includes(key), false)
})

function startDemo(words: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess {
  const { PATH = "" } = process.env
  return spawn(process.execPath, [join(root, "bin", "start.js"), ...words], {
    cwd: root,
    env: { PATH, LANG: "C.UTF-8", ...environment },
    stdio: "pipe",
  })
}

/** However the test ends, the server does as well. */
function stopAfter(t: TestContext, child: ChildProcess): void {
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill("SIGTERM")
    await exitOf(child)
  })
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const { createServer } = await import("node:net")
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  assert.ok(address !== null && typeof address === "object")
  await new Promise((resolve) => server.close(resolve))
  return address.port
}
