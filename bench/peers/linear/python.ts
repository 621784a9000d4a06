/** @file The Python that scikit-learn runs in: a virtual environment in the user's cache, named by the digest of its requirements. */
import { execFile, spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { mkdir, readFile, rm } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { promisify } from "node:util"

const run = promisify(execFile)
const requirementsPath = "bench/peers/linear/requirements.txt"

/** Path of the environment's python; made at first use. `cacheFolder` is XDG_CACHE_HOME, or null for the user's default. */
export async function preparePython(cacheFolder: string | null): Promise<string> {
  const digest = createHash("sha256")
    .update(await readFile(requirementsPath))
    .digest("hex")
  const folder = join(cacheFolder ?? join(homedir(), ".cache"), "quernstone", `peers-${digest.slice(0, 16)}`)
  const python = join(folder, "bin", "python")
  // The marker is written last, so that an installation that was cut short is made again.
  const marker = join(folder, "complete")
  if (existsSync(marker)) return python
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await run("python3", ["-m", "venv", folder])
  await run(python, ["-m", "pip", "install", "--quiet", "--requirement", requirementsPath])
  await mkdir(marker)
  return python
}

/** Runs a script of this folder with JSON on its input; resolves to what it printed. */
export async function askPython(python: string, script: string, request: unknown): Promise<unknown> {
  const child = spawn(python, [join("bench/peers/linear", script)], { stdio: ["pipe", "pipe", "inherit"] })
  child.stdin.end(JSON.stringify(request))
  const output = await text(child.stdout)
  if (output === "") throw new Error(`${script} printed nothing; its errors are above`)
  return JSON.parse(output)
}
