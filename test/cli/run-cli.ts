/** @file The command line as a user runs it: a process of its own, in a home of its own. */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import type { TestContext } from "node:test"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("../../../", import.meta.url))

export type Outcome = { readonly status: number | null; readonly stdout: string; readonly stderr: string }

export type RunOptions = {
  readonly environment?: Readonly<Record<string, string>>
  readonly folder?: string
  readonly input?: string
}

export type Runner = (words: readonly string[], options?: RunOptions) => Promise<Outcome>

/** A runner whose home and working folder are empty and whose default server is nobody's, until it is told otherwise. */
export async function commandLine(
  t: TestContext,
  environment: Readonly<Record<string, string>> = {},
): Promise<Runner> {
  const home = await mkdtemp(join(tmpdir(), "quernstone-cli-"))
  t.after(() => rm(home, { recursive: true, force: true }))
  return async (words, options = {}) => {
    const child = start(words, {
      ...options,
      folder: options.folder ?? home,
      environment: {
        HOME: home,
        QUERNSTONE_DATA: join(home, "data"),
        ...environment,
        ...options.environment,
      },
    })
    child.stdin?.end(options.input ?? "")
    return outcomeOf(child)
  }
}

export function start(
  words: readonly string[],
  { environment = {}, folder = root }: RunOptions,
): ChildProcess {
  const { PATH = "" } = process.env
  return spawn(process.execPath, [join(root, "bin", "quernstone.js"), ...words], {
    cwd: folder,
    env: { PATH, LANG: "C.UTF-8", ...environment },
    stdio: "pipe",
  })
}

export async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error("the child has no pipes")
  const [status, out, error] = await Promise.all([exitOf(child), text(stdout), text(stderr)])
  return { status, stdout: out, stderr: error }
}

/** What a person does with a command that was printed. */
export function pasteIntoShell(command: string): Promise<Outcome> {
  const child = spawn("sh", [], { stdio: "pipe" })
  child.stdin.end(`${command}\n`)
  return outcomeOf(child)
}

/** The exit status, null when a signal ended it. */
export function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode)
    child.once("error", reject)
    child.once("exit", resolve)
  })
}

/** The first line of a stream that `isWanted`; rejects with all that came when the stream ends before. */
export function lineOf(child: ChildProcess, isWanted: (line: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = ""
    child.stdout?.on("data", (bytes: Buffer) => {
      seen += bytes.toString()
      const line = seen.split("\n").slice(0, -1).find(isWanted)
      if (line !== undefined) resolve(line)
    })
    child.stdout?.on("end", () => reject(new Error(`the line never came; this did:\n${seen}`)))
  })
}
