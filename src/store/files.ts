/** @file Small durable files: written beside, synced, renamed, so that a reader sees the old or the new one, never half of it. */
import { randomUUID } from "node:crypto"
import { access, open, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"

export async function writeFileDurably(
  path: string,
  content: string,
  options: { readonly mode: number },
): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    const file = await open(temporary, "wx", options.mode)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** Makes names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r")
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

export function fileExists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** The code of a failed system call (`ENOENT`), or of a PostgreSQL error (`57P01`). */
export function codeOf(error: unknown): string | null {
  const code = error instanceof Error && "code" in error ? error.code : null
  return typeof code === "string" ? code : null
}
