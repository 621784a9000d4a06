/** @file Every command that the documents show is run, or, where it would install or test everything, checked against the package's scripts. */
import assert from "node:assert/strict"
import { copyFile, mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"

import { z } from "zod"

import { commandLine, exitOf, lineOf, outcomeOf, pasteIntoShell, root, start } from "../cli/run-cli.ts"
import { temporaryDataFolder } from "../database.ts"
import { type ServerForTest, serverForTest } from "../server.ts"
import { blocksOf, readDocument } from "./markdown.ts"

const packageSchema = z.object({ version: z.string(), scripts: z.record(z.string(), z.string()) })
/** npm's own words that are no scripts of the package. */
const npmCommands = new Set(["ci", "install", "pack", "start", "test"])

/** The first check whose pattern fits a line runs it. */
type Check = readonly [RegExp, (stage: Stage, line: string) => Promise<void>]

type Stage = {
  readonly t: TestContext
  readonly server: ServerForTest
  /** Where `your-file.csv` lies. */
  readonly folder: string
}

const checks: readonly Check[] = [
  [/^ONNXRUNTIME_NODE_INSTALL=skip npm install \S+$/, async (_, line) => checkTarballName(line)],
  [/^npm (ci && npm |run )?\S+/, async (_, line) => checkScripts(line)],
  [/^(npx )?quernstone up /, (stage) => checkUp(stage)],
  [/^(npx )?quernstone work$/, (stage) => checkWork(stage)],
  [/^(npx )?quernstone train your-file.csv --target COLUMN --serve$/, checkTrain],
  [/^(npx )?quernstone train your-file.csv --target COLUMN --learner network /, checkNetwork],
  [/^(npx )?quernstone (config|doctor)$/, checkCommand],
  [/^curl \S+\/api\/v1\/endpoints\/NAME\/predict /, checkCurl],
]

test("every command of the documents does what it says", async (t) => {
  const server = await serverForTest(t)
  const folder = await mkdtemp(join(tmpdir(), "quernstone-docs-"))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await copyFile(join(root, "examples", "data", "iris.csv"), join(folder, "your-file.csv"))
  const lines = await shownLines()
  const done = new Set<(typeof checks)[number]>()
  for (const line of lines) {
    const check = checks.find(([pattern]) => pattern.test(line))
    assert.ok(check, `no check knows how to run this line of a document: ${line}`)
    await t.test(line, (inner) => check[1]({ t: inner, server, folder }, line))
    done.add(check)
  }
  const unused = checks.filter((check) => !done.has(check)).map(([pattern]) => String(pattern))
  assert.deepEqual(unused, [], "checks of lines that no document shows any more")
})

test("the table of commands in docs/cli.md is the program's own list", async () => {
  const { stdout } = await outcomeOf(start(["--help"], {}))
  const [, section = ""] = stdout.split("Commands:\n")
  const [commands = ""] = section.split("\n\n")
  const known = [...commands.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name)
  const [, table = ""] = (await readDocument("docs/cli.md")).split("## Commands\n")
  const [rows = ""] = table.split("\n\n")
  const told = [...rows.matchAll(/^\| `([a-z]+)/gm)].map(([, name]) => name)
  assert.deepEqual(told.sort(), known.sort())
})

/** All lines of command blocks, each once. */
async function shownLines(): Promise<string[]> {
  const docs = (await readdir(join(root, "docs"))).filter((name) => name.endsWith(".md"))
  const documents = ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", ...docs.map((name) => `docs/${name}`)]
  const texts = await Promise.all(documents.map(readDocument))
  const blocks = texts.flatMap(blocksOf).filter(({ language }) => ["", "sh"].includes(language))
  return [...new Set(blocks.flatMap(({ lines }) => lines))]
}

/** That the file installs and works is the matter of test/package. */
async function checkTarballName(line: string): Promise<void> {
  const { version } = await readPackage()
  assert.ok(line.endsWith(` ./quernstone-${version}.tgz`), `npm pack writes quernstone-${version}.tgz`)
}

async function checkScripts(line: string): Promise<void> {
  const { scripts } = await readPackage()
  for (const [, run, name = ""] of line.matchAll(/\bnpm (run )?([\w:]+)/g)) {
    assert.ok(run !== undefined || npmCommands.has(name), `npm has no command ${name}`)
    if (!["ci", "install", "pack"].includes(name))
      assert.ok(name in scripts, `package.json has no script ${name}`)
  }
}

async function readPackage() {
  return packageSchema.parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")))
}

async function checkUp({ t }: Stage): Promise<void> {
  const data = await temporaryDataFolder(t)
  const child = start(["up", "--port", "0", "--data", data], { folder: tmpdir() })
  t.after(() => child.kill("SIGTERM"))
  await lineOf(child, (line) => line.includes("http://127.0.0.1:"))
  child.kill("SIGTERM")
  assert.equal(await exitOf(child), 0)
}

async function checkWork({ t, server }: Stage): Promise<void> {
  const data = await temporaryDataFolder(t)
  const environment = { DATABASE_URL: server.databaseUrl, QUERNSTONE_DATA: data }
  const child = start(["work"], { environment })
  t.after(() => child.kill("SIGTERM"))
  await lineOf(child, () => true)
  child.kill("SIGTERM")
  assert.equal(await exitOf(child), 0)
}

/** As printed, but with a column that the file has. */
async function checkTrain({ t, server, folder }: Stage, line: string): Promise<void> {
  const { status, stdout, stderr } = await quernstone(
    { t, server, folder },
    line.replace("COLUMN", "species"),
  )
  assert.equal(status, 0, stderr)
  const [curl = ""] = /curl -s (?:.*\\\n)*.*/.exec(stdout) ?? []
  const pasted = await pasteIntoShell(curl)
  assert.match(pasted.stdout, /"predictions":\[\{/)
}

async function checkNetwork(stage: Stage, line: string): Promise<void> {
  const { status, stdout, stderr } = await quernstone(stage, line.replace("COLUMN", "species"))
  assert.equal(status, 0, stderr)
  assert.match(stdout, /Served: network with layers=64,64 /)
}

async function checkCommand(stage: Stage, line: string): Promise<void> {
  const { status, stderr } = await quernstone(stage, line)
  assert.equal(status, 0, stderr)
}

/** As printed, but with the address, the endpoint and a row that the lines before made. */
async function checkCurl({ server }: Stage, line: string): Promise<void> {
  const filled = line
    .replace("http://127.0.0.1:7070", server.url)
    .replace("NAME", "your-file")
    .replace("$QUERNSTONE_KEY", server.adminKey)
    .replace(
      '"column": "value"',
      '"sepal_length_cm": 5.1, "sepal_width_cm": 3.5, "petal_length_cm": 1.4, "petal_width_cm": 0.2',
    )
  const { stdout } = await pasteIntoShell(filled)
  const answer = JSON.parse(stdout)
  assert.equal(answer.predictions?.length, 1, stdout)
}

async function quernstone({ t, server, folder }: Stage, line: string) {
  const run = await commandLine(t, { QUERNSTONE_URL: server.url, QUERNSTONE_KEY: server.adminKey })
  return run(line.replace(/^(npx )?quernstone /, "").split(" "), { folder })
}
