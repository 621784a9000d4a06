/** @file DATA/server.json: where the server of a data folder listens, so that commands of this machine find it and its key. */
import { readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { z } from "zod"

const serverFileSchema = z.object({ url: z.url(), pid: z.int().positive() })
const keyFileSchema = z.object({ key: z.string() })

export async function writeServerFile(
  dataFolder: string,
  server: { url: string; pid: number },
): Promise<void> {
  await writeFile(serverFile(dataFolder), `${JSON.stringify(server)}\n`, { mode: 0o600 })
}

export async function removeServerFile(dataFolder: string): Promise<void> {
  await rm(serverFile(dataFolder), { force: true })
}

/** Null when none runs there: no file, an unreadable one, or one that a killed process left behind. */
export async function readServerFile(dataFolder: string): Promise<{ url: string; pid: number } | null> {
  const server = await readJson(serverFile(dataFolder), serverFileSchema)
  return server !== null && isAlive(server.pid) ? server : null
}

/** The admin key of a data folder; null when there is none or when it is not ours to read. */
export async function readAdminKey(dataFolder: string): Promise<string | null> {
  const file = await readJson(join(dataFolder, "keys", "admin.json"), keyFileSchema)
  return file?.key ?? null
}

function serverFile(dataFolder: string): string {
  return join(dataFolder, "server.json")
}

async function readJson<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): Promise<z.output<Schema> | null> {
  try {
    return schema.parse(JSON.parse(await readFile(file, "utf8")))
  } catch {
    return null
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process lives, too.
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}
