/** @file The packed package as somebody else gets it: what it holds, and that it works installed in an empty folder, without install scripts. */
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { chmod, chown, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { type TestContext, test } from "node:test"

import { z } from "zod"

import { exitOf, lineOf, type Outcome, outcomeOf, pasteIntoShell, root } from "../cli/run-cli.ts"

/** The user that ordinary things run as when the tests are root's. */
const nobody = 65_534
const pretendOld = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})"
const reachesRegistry =
  /^(npm_config_(registry|cafile|cache|userconfig|globalconfig)|https?_proxy|no_proxy|node_extra_ca_certs|ssl_cert_file)$/i
const packedSchema = z
  .array(z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) }))
  .length(1)

test("the tarball holds what runs and nothing else", async (t) => {
  const folder = await openFolder(t)
  const { files } = await pack(folder)
  for (const path of [
    "bin/quernstone.js",
    "dist/src/index.js",
    "dist/src/index.d.ts",
    "dist/src/learn.js",
    "dist/src/cli/program.js",
    "dist/client/src/index.js",
    "dist/console/index.html",
    "sql/000001_init.sql",
    "openapi/quernstone.json",
    "examples/data/iris.csv",
    "LICENSE",
    "README.md",
    "THIRD-PARTY.md",
  ])
    assert.ok(files.includes(path), path)
  const allowed =
    /^(bin|dist\/src|dist\/client|dist\/console|sql|openapi|examples)\/|^(LICENSE|README(\.zh-CN)?\.md|CHANGELOG\.md|THIRD-PARTY\.md|package\.json)$/
  assert.deepEqual(
    files.filter((path) => !allowed.test(path) || /\.test\.|\.map$|\.tsbuildinfo$/.test(path)),
    [],
  )
})

test("installed in an empty folder, it serves an ordinary user without having run an install script", async (t) => {
  const stage = await install(t)

  await t.test("it says its version and its settings", async () => {
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")))
    const said = await run(stage, ["--version"])
    assert.deepEqual([said.status, said.stdout, said.stderr], [0, `${version}\n`, ""])
    const config = await run(stage, ["config", "--json"])
    assert.equal(config.status, 0, config.stderr)
    assert.match(config.stdout, /"QUERNSTONE_DATA"/)
  })

  await t.test("up, dataset add, train, deploy and predict work", async (inner) => {
    const data = join(stage.home, "up")
    const server = spawnInstalled(stage, ["up", "--json", "--port", "0", "--data", data])
    stopAfter(inner, server)
    JSON.parse(await lineOf(server, () => true))
    const at = { ...stage, environment: { QUERNSTONE_DATA: data } }
    for (const line of [
      "dataset add iris.csv",
      "train iris --target species",
      "deploy iris",
      "status",
      "doctor",
    ]) {
      const { status, stderr } = await run(at, line.split(" "))
      assert.equal(status, 0, `${line}: ${stderr}`)
    }
    const row = { sepal_length_cm: 5.1, sepal_width_cm: 3.5, petal_length_cm: 1.4, petal_width_cm: 0.2 }
    const answer = await run(at, ["predict", "iris", "--row", JSON.stringify(row), "--explain"])
    assert.match(answer.stdout, /^setosa \(probability 0\.\d+\)\nWhy: /, answer.stderr)
    server.kill("SIGTERM")
    assert.equal(await exitOf(server), 0)
  })

  await t.test(
    "one command leads from a file to an address whose curl works when it is pasted",
    async (inner) => {
      const child = spawnInstalled(
        { ...stage, environment: { QUERNSTONE_DATA: join(stage.home, "one"), QUERNSTONE_PORT: "0" } },
        ["train", "iris.csv", "--target", "species", "--serve"],
      )
      stopAfter(inner, child)
      let said = ""
      child.stdout?.on("data", (bytes: Buffer) => {
        said += bytes.toString()
      })
      await lineOf(child, (line) => line.includes("Ctrl-C"))
      const [curl = ""] = /curl -s (?:.*\\\n)*.*/.exec(said) ?? []
      const { predictions } = JSON.parse((await pasteIntoShell(curl)).stdout)
      assert.equal(typeof predictions[0].label, "string")
      child.kill("SIGTERM")
      assert.equal(await exitOf(child), 0)
    },
  )

  await t.test("a Node that is too old ends with the launcher's one sentence", async () => {
    const { status, stdout, stderr } = await outcomeOf(
      spawnAs(stage, process.execPath, ["--import", pretendOld, stage.command, "status"]),
    )
    assert.deepEqual([status, stdout], [1, ""])
    assert.match(stderr, /^quernstone: this needs Node 22\.18 or newer and found 20\.20\.2\. .*\n$/)
  })

  await t.test("both published faces load", async () => {
    const script = `
      const { startServer } = await import("quernstone")
      const { decodeModel } = await import("quernstone/learn")
      console.log(typeof startServer, typeof decodeModel)`
    const { stdout, stderr } = await outcomeOf(
      spawnAs(stage, process.execPath, ["--input-type=module", "--eval", script]),
    )
    assert.equal(stdout, "function function\n", stderr)
  })
})

type Stage = {
  /** Where the package is installed, iris.csv lies, and commands run; the user cannot write there. */
  readonly folder: string
  /** The user's own. */
  readonly home: string
  readonly command: string
  readonly environment?: Readonly<Record<string, string>>
}

async function install(t: TestContext): Promise<Stage> {
  const folder = await openFolder(t)
  const { filename } = await pack(folder)
  await writeFile(join(folder, "package.json"), '{"private":true}')
  await npm(folder, [
    "install",
    "--ignore-scripts",
    "--prefer-offline",
    "--no-audit",
    "--no-fund",
    `./${filename}`,
  ])
  await copyFile(join(root, "examples", "data", "iris.csv"), join(folder, "iris.csv"))
  const home = join(folder, "home")
  await mkdir(home)
  if (process.getuid?.() === 0) await chown(home, nobody, nobody)
  return { folder, home, command: join(folder, "node_modules", ".bin", "quernstone") }
}

/** Writes the tarball into `folder`; paths of its files without their leading `package/`. */
async function pack(folder: string): Promise<{ filename: string; files: string[] }> {
  const { stdout } = await npm(root, ["pack", "--json", "--ignore-scripts", "--pack-destination", folder])
  const [packed] = packedSchema.parse(JSON.parse(stdout))
  assert.ok(packed)
  return { filename: packed.filename, files: packed.files.map(({ path }) => path) }
}

async function npm(folder: string, words: readonly string[]): Promise<Outcome> {
  const { HOME = "", PATH = "" } = process.env
  // As a shell of its own would: what the npm around this test has set must not steer this one, but where the registry is.
  const wayOut = Object.entries(process.env).filter(([name]) => reachesRegistry.test(name))
  const env = { ...Object.fromEntries(wayOut), HOME, PATH: nodeFirst(PATH) }
  const child = spawn("npm", words, { cwd: folder, env, stdio: "pipe" })
  const outcome = await outcomeOf(child)
  assert.equal(outcome.status, 0, outcome.stderr)
  return outcome
}

function run(stage: Stage, words: readonly string[]): Promise<Outcome> {
  return outcomeOf(spawnInstalled(stage, words))
}

function spawnInstalled(stage: Stage, words: readonly string[]): ChildProcess {
  return spawnAs(stage, stage.command, words)
}

function spawnAs(
  { folder, home, environment }: Stage,
  command: string,
  words: readonly string[],
): ChildProcess {
  const { PATH = "" } = process.env
  return spawn(command, words, {
    cwd: folder,
    env: { PATH: nodeFirst(PATH), HOME: home, LANG: "C.UTF-8", ...environment },
    stdio: "pipe",
    ...(process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}),
  })
}

function nodeFirst(path: string): string {
  return `${dirname(process.execPath)}${delimiter}${path}`
}

/** An empty folder that every user can enter. */
async function openFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "quernstone-package-"))
  await chmod(folder, 0o755)
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** However the test ends, the server does as well. */
function stopAfter(t: TestContext, child: ChildProcess): void {
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill("SIGTERM")
    await exitOf(child)
  })
}
