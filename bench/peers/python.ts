/** @file The Python that peers run in: a virtual environment in the user's cache, named by the digest of its requirements. */
import { execFile, spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { mkdir, readFile, rm } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { promisify } from "node:util"

const run = promisify(execFile)

/** Path of the environment's python; made at first use. `cacheFolder` is XDG_CACHE_HOME, or null for the user's default. */
export async function preparePython(options: {
  readonly requirementsPath: string
  readonly cacheFolder: string | null
}): Promise<string> {
  const { requirementsPath, cacheFolder } = options
  const requirements = await readFile(requirementsPath)
  const digest = createHash("sha256").update(requirements).digest("hex")
  const folder = join(cacheFolder ?? join(homedir(), ".cache"), "quernstone", `peers-${digest.slice(0, 16)}`)
  const python = join(folder, "bin", "python")
  // The marker is written last, so that an installation that was cut short is made again.
  const marker = join(folder, "complete")
  if (existsSync(marker)) return python
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await run("python3", ["-m", "venv", folder])
  const hashes = requirements.includes("--hash=") ? ["--require-hashes"] : []
  await run(python, ["-m", "pip", "install", "--quiet", ...hashes, "--requirement", requirementsPath])
  await mkdir(marker)
  return python
}

/** Runs a script with JSON on its input; resolves to the JSON that it printed. */
export async function askPython(
  { python, script }: { readonly python: string; readonly script: string },
  request: unknown,
): Promise<unknown> {
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] })
  child.stdin.end(JSON.stringify(request))
  const output = await text(child.stdout)
  if (output === "") throw new Error(`${script} printed nothing; its errors are above`)
  return JSON.parse(output)
}
