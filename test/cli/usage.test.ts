/** @file Wrong usage, no server, settings and the doctor: exit statuses, one sentence on stderr, one document on stdout. */
import assert from "node:assert/strict"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { createServer as createHttpServer } from "node:http"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"

import { commandLine, root } from "./run-cli.ts"

const training = ["train", "iris", "--target", "species"]

const wrong: readonly { words: readonly string[]; says: RegExp }[] = [
  { words: ["trian"], says: /trian is not a command of `quernstone`; did you mean train\?/ },
  { words: ["key", "creat"], says: /creat is not a command of `quernstone key`; did you mean create\?/ },
  { words: ["status", "--jsno"], says: /--jsno is not an option .*did you mean --json\?/ },
  { words: ["deploy"], says: /`quernstone deploy` needs MODEL\./ },
  { words: ["train", "iris"], says: /needs --target/ },
  { words: ["up", "--port"], says: /--port .*needs a value/ },
  { words: ["up", "--port", "70700"], says: /--port is 70700, but must be a whole number from 0 to 65535/ },
  { words: ["up", "--auth", "maybe"], says: /--auth is maybe, but must be one of: on, off/ },
  { words: ["--lang", "fr", "config"], says: /--lang is fr, but must be one of: en, zh/ },
  { words: ["status", "now"], says: /takes fewer words/ },
  { words: ["predict", "e"], says: /--row JSON or by --file FILE/ },
  { words: ["model"], says: /`quernstone model` needs a command/ },
  { words: ["key", "create", "k", "--scope", "all"], says: /--scope is all/ },
  { words: ["key", "create", "k", "--expires", "soon"], says: /--expires is soon, but must be a time/ },
  { words: ["dataset", "show", "iris:x"], says: /iris:x is not a name with a version/ },
  { words: [...training, "--learner", "tree"], says: /--learner is tree, .*: constant, linear, network/ },
  { words: [...training, "--layers", "64,"], says: /--layers is 64,, but must be 1 to 8 whole numbers/ },
  { words: [...training, "--layers", "5000"], says: /from 1 to 4096, with commas: 64,32/ },
  { words: [...training, "--dropout", "1"], says: /--dropout is 1, but must be a number from 0 to 0.95/ },
  { words: [...training, "--learning-rate", "fast"], says: /--learning-rate is fast, but must be a number/ },
  { words: [...training, "--l2", ""], says: /--l2 is , but must be a number from 0 to 100/ },
  { words: [...training, "--epochs", "0"], says: /--epochs is 0, but must be a whole number from 1/ },
  {
    words: [...training, "--loss", "quantile"],
    says: /--loss is quantile, but must be one of: crossentropy/,
  },
  {
    words: [...training, "--learner", "linear", "--batch-size", "8"],
    says: /--batch-size is a setting of --learner network, but the learner is linear/,
  },
  {
    words: [...training, "--learner", "network", "--l1-ratio", "0.5"],
    says: /--l1-ratio is a setting of --learner linear, but the learner is network/,
  },
]

for (const { words, says } of wrong)
  test(`\`quernstone ${words.join(" ")}\` is wrong usage and says what is right`, async (t) => {
    const quernstone = await commandLine(t)
    const { status, stdout, stderr } = await quernstone(words)
    assert.equal(status, 2, stderr)
    assert.equal(stdout, "")
    assert.match(stderr, says)
  })

test("with --json an error is the one document on stdout, and its sentence is on stderr", async (t) => {
  const quernstone = await commandLine(t)
  const { status, stdout, stderr } = await quernstone(["trian", "--json"])
  assert.equal(status, 2)
  const { error } = JSON.parse(stdout)
  assert.equal(error.code, "USAGE")
  assert.ok(stderr.includes(error.message))
})

test("no server is exit 3 in the reader's language, and a file that could be trained says how to go on", async (t) => {
  const port = await closedPort()
  const quernstone = await commandLine(t, { QUERNSTONE_URL: `http://127.0.0.1:${port}` })
  const english = await quernstone(["status"])
  assert.equal(english.status, 3)
  assert.match(english.stderr, /There is no answer from http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)/)
  const chinese = await quernstone(["status", "--lang", "zh", "--json"])
  assert.equal(chinese.status, 3)
  assert.equal(JSON.parse(chinese.stdout).error.code, "UNREACHABLE")
  assert.match(chinese.stderr, /无法连接/)
  const local = await quernstone(["endpoint", "list"], { environment: { LANG: "zh_CN.UTF-8" } })
  assert.match(local.stderr, /无法连接/)
})

test("a server given by name is never replaced by one of our own", async (t) => {
  const url = `http://127.0.0.1:${await closedPort()}`
  const quernstone = await commandLine(t)
  const file = join(root, "examples", "data", "iris.csv")
  const { status } = await quernstone(["train", file, "--target", "species", "--serve", "--url", url])
  assert.equal(status, 3)
})

test("files that are not there or hold no rows are named", async (t) => {
  const quernstone = await commandLine(t)
  const missing = await quernstone(["train", "nope.csv", "--target", "x"])
  assert.equal(missing.status, 1)
  assert.match(missing.stderr, /There is no file nope\.csv/)
  const unreadable = await quernstone(["predict", "e", "--file", "/nowhere/rows.json", "--json"])
  assert.equal(JSON.parse(unreadable.stdout).error.code, "FILE_UNREADABLE")
  const noRows = await quernstone(["predict", "e", "--file", "-", "--json"], { input: "a,b\n1,2\n" })
  assert.equal(JSON.parse(noRows.stdout).error.code, "ROWS_UNREADABLE")
})

test("config lists every setting with its source; an unknown one is refused with the nearest name", async (t) => {
  const quernstone = await commandLine(t, { QUERNSTONE_PORT: "8181", DATABASE_URL: "postgresql://u:pw@h/d" })
  const { status, stdout } = await quernstone(["config", "--json"])
  assert.equal(status, 0)
  const { settings } = JSON.parse(stdout)
  const settingOf = (name: string) => settings.find((setting: { name: string }) => setting.name === name)
  assert.equal(settingOf("QUERNSTONE_PORT").value, "8181")
  assert.equal(settingOf("QUERNSTONE_PORT").source, "environment")
  assert.equal(settingOf("QUERNSTONE_LIMIT_PREDICT_ROWS_MAX").source, "default")
  assert.equal(stdout.includes("pw@"), false)
  const human = await quernstone(["config", "--lang", "zh"])
  assert.match(human.stdout, /QUERNSTONE_PORT +8181 +环境变量\n +HTTP 端口/)
  const unknown = await quernstone(["config"], { environment: { QUERNSTONE_PROT: "1" } })
  assert.equal(unknown.status, 2)
  assert.match(unknown.stderr, /did you mean QUERNSTONE_PORT\?/)
})

test("the doctor finds the native parts in order and a port that somebody else has", async (t) => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve))
  t.after(() => taken.close())
  const address = taken.address()
  assert.ok(address !== null && typeof address === "object")
  // A listener that says nothing would keep a caller waiting: this one hangs up.
  taken.on("connection", (socket) => socket.destroy())
  const quernstone = await commandLine(t, { QUERNSTONE_PORT: String(address.port) })
  const { status, stdout, stderr } = await quernstone(["doctor", "--json"])
  assert.equal(status, 1, stderr)
  const { checks } = JSON.parse(stdout)
  const stateOf = Object.fromEntries(
    checks.map(({ check, state }: { check: string; state: string }) => [check, state]),
  )
  assert.equal(stateOf.port, "fail")
  for (const check of ["node", "platform", "onnxRuntime", "duckDb", "postgres", "clock"])
    assert.equal(stateOf[check], "ok", `${check}: ${stdout}`)
  assert.match(stderr, /1 checks failed/)
  const human = await quernstone(["doctor", "--lang", "zh"])
  assert.match(human.stdout, /失败 +端口/)
})

test("an admin key of this machine is not sent to another address", async (t) => {
  const seen: string[] = []
  const server = createHttpServer((request, response) => {
    seen.push(String(request.headers.authorization))
    response.statusCode = 401
    response.end(JSON.stringify({ error: { code: "KEY_MISSING", message: "no key", requestId: "r" } }))
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  t.after(() => server.close())
  const address = server.address()
  assert.ok(address !== null && typeof address === "object")
  const folder = await temporaryKeyFolder(t)
  const quernstone = await commandLine(t, { QUERNSTONE_DATA: folder })
  const elsewhere = await quernstone(["status", "--url", `http://127.0.0.2:${address.port}`])
  const here = await quernstone(["status", "--url", `http://127.0.0.1:${address.port}`])
  assert.deepEqual(seen, ["undefined", "Bearer qst_local"])
  assert.deepEqual([elsewhere.status, here.status], [4, 4])
})

async function temporaryKeyFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "quernstone-keys-"))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, "keys"))
  await writeFile(join(folder, "keys", "admin.json"), JSON.stringify({ key: "qst_local" }))
  return folder
}

/** A port that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  assert.ok(address !== null && typeof address === "object")
  await new Promise((resolve) => server.close(resolve))
  return address.port
}
