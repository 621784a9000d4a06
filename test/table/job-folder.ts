/** @file A job's folder for a test, removed with it, and the short way from a text to an imported table. */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestContext } from "node:test"

import { type ErrorCode, isFault } from "../../src/base/errors.ts"
import { defaultLimits, type Limits } from "../../src/base/limits.ts"
import { type CsvOptions, type ImportedTable, importCsv } from "../../src/table/import-csv.ts"
import { readTable } from "../../src/table/read-table.ts"
import { booleanMissing, type Table } from "../../src/table/table.ts"

export type Cell = string | number | boolean | null

export async function jobFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "quernstone-table-"))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export type ImportedText = ImportedTable & { readonly folder: string; readonly table: Table }

/** Imports a text (or bytes) as a CSV and reads the result back. */
export async function importText(
  t: TestContext,
  content: string | Uint8Array,
  options: CsvOptions = {},
  limits: Partial<Limits> = {},
): Promise<ImportedText> {
  const folder = await jobFolder(t)
  const sourcePath = join(folder, "upload")
  await writeFile(sourcePath, content)
  const imported = await importCsv({ sourcePath, folder, options, limits: { ...defaultLimits, ...limits } })
  const table = await readTable({ path: imported.parquetPath, folder })
  return { ...imported, folder, table }
}

/** Rows as people would write them; times as ISO text. */
export function rowsOf(table: Table): Cell[][] {
  return Array.from({ length: table.rowCount }, (_, row) =>
    table.columns.map((column): Cell => {
      if (column.type === "text") return column.values[row] ?? null
      const value = column.values[row] ?? Number.NaN
      if (column.type === "boolean") return value === booleanMissing ? null : value === 1
      if (Number.isNaN(value)) return null
      if (column.type === "date") return new Date(value * 1000).toISOString().slice(0, 10)
      return column.type === "timestamp" ? new Date(value * 1000).toISOString() : value
    }),
  )
}

export function typesOf(table: { readonly schema: ImportedTable["schema"] }): string {
  return table.schema.map(({ name, type }) => `${name}:${type}`).join(" ")
}

/** For assert.rejects: the error has this code. */
export function hasCode(code: ErrorCode, sentence?: RegExp): (error: unknown) => boolean {
  return (error) => isFault(error, code) && (sentence === undefined || sentence.test(error.message))
}
