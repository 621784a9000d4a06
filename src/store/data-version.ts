/** @file `DATA/VERSION`: which format a data folder has, so that an older Quernstone never touches a newer one's data. */
import { readFile } from "node:fs/promises"
import { join } from "node:path"

import { z } from "zod"

import { fault } from "../base/errors.ts"
import { writeFileDurably } from "./files.ts"

/** What this Quernstone writes. */
export const dataVersion = { format: 1, postgresql: 18 } as const

const versionSchema = z.object({ format: z.number().int(), postgresql: z.number().int() })

/** Writes the file when the folder has none. Throws DATA_VERSION. */
export async function claimDataVersion(dataFolder: string): Promise<void> {
  const path = join(dataFolder, "VERSION")
  const text = await readFile(path, "utf8").catch(() => null)
  if (text === null) return writeFileDurably(path, `${JSON.stringify(dataVersion)}\n`, { mode: 0o644 })
  const found = parseVersion(text)
  if (found?.format === dataVersion.format && found.postgresql === dataVersion.postgresql) return
  throw fault("DATA_VERSION", {
    folder: dataFolder,
    found: found === null ? JSON.stringify(text.slice(0, 40)) : describe(found),
    known: describe(dataVersion),
  })
}

function parseVersion(text: string): z.output<typeof versionSchema> | null {
  try {
    return versionSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

function describe(version: z.output<typeof versionSchema>): string {
  return `format ${version.format} on PostgreSQL ${version.postgresql}`
}
