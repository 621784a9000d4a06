/** @file From a CSV of any manner to a typed Parquet file: nothing is lost in silence, every bad row is named by its line. */

import { rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { fault } from "../base/errors.ts"
import type { Limits } from "../base/limits.ts"
import type { Sentence } from "../base/sentences/say.ts"
import { sqlTypes, typedCell } from "./cell-sql.ts"
import { columnNames } from "./column-names.ts"
import { decideTypes, isStray, type RawColumn, type TypedColumn } from "./column-types.ts"
import { type CleanResult, cleanCsv, type RejectedRow, recordBytesMax } from "./csv-clean.ts"
import { type Sniffed, sniffCsv } from "./csv-sniff.ts"
import { defaultSandboxMemoryBytes, openSandbox, type Sandbox, sqlName, sqlText } from "./duckdb.ts"
import { findEncoding, utf8Pieces } from "./encoding.ts"
import { refuseOtherThanText } from "./file-kind.ts"
import { importNote } from "./import-notes.ts"
import type { ColumnSchema, ColumnType } from "./table.ts"

export type CsvOptions = {
  readonly delimiter?: string | undefined
  readonly decimal?: "." | "," | undefined
  readonly header?: boolean | undefined
  readonly encoding?: string | undefined
  /** Types of columns by name; the rest is found. */
  readonly columnTypes?: Readonly<Record<string, ColumnType>> | undefined
}

export type ImportCsvOptions = {
  /** A plain text file, as `decompressUpload` leaves it. */
  readonly sourcePath: string
  /** The job's folder; the Parquet file and all that is made on the way lie in it. */
  readonly folder: string
  readonly options: CsvOptions
  readonly limits: Pick<Limits, "columnsMax" | "rejectedRowsShareMax" | "rejectedRowsListedMax">
  readonly memoryBytes?: number | undefined
  readonly threads?: number | undefined
  /** Called with the share of the work that is done, from 0 to 1. */
  readonly onProgress?: ((share: number) => void) | undefined
}

/** How the file turned out to be written. */
export type CsvDialect = {
  readonly delimiter: string
  readonly decimal: "." | ","
  readonly hasHeader: boolean
  readonly encoding: string
}

export type ImportedTable = {
  readonly parquetPath: string
  readonly schema: readonly ColumnSchema[]
  readonly rowCount: number
  /** At most `rejectedRowsListedMax` rows are listed, in the order of their lines; `count` is of all. */
  readonly rejected: { readonly count: number; readonly rows: readonly RejectedRow[] }
  readonly dialect: CsvDialect
  readonly warnings: readonly Sentence[]
}

/**
 * Imports a CSV. Throws UPLOAD_NOT_CSV, CSV_OPTION_INVALID, CSV_DELIMITER_UNCLEAR, ENCODING_WRONG, NUL_CHARACTER,
 * EMPTY_FILE, NO_ROWS, DUPLICATE_COLUMN, TOO_MANY_COLUMNS, TABLE_COLUMN_UNKNOWN, TOO_MANY_BAD_ROWS.
 */
export async function importCsv(options: ImportCsvOptions): Promise<ImportedTable> {
  const onProgress = options.onProgress ?? (() => undefined)
  const { sourcePath } = options
  await refuseOtherThanText(sourcePath)
  const encoding = await findEncoding({ path: sourcePath, encoding: options.options.encoding })
  const warnings: Sentence[] = []
  if (encoding.isGuess) {
    warnings.push(importNote("encodingGuessed", { encoding: encoding.label }))
  }
  onProgress(progressShares.encoding)
  const sniffed = await sniffFile(options, encoding.label)
  const names = columnNames(sniffed, options.limits.columnsMax)
  const chosen = chosenTypes(options.options.columnTypes ?? {}, names.names)
  warnings.push(...sniffed.warnings, ...names.warnings)
  const cleanPath = join(options.folder, "clean.csv")
  const cleaned = await cleanFile(options, { sniffed, label: encoding.label, cleanPath })
  onProgress(progressShares.cleaned)
  if (cleaned.rowCount === 0) refuseNoRows(cleaned, options.limits.rejectedRowsShareMax)
  const sandbox = await openSandbox({
    folder: options.folder,
    memoryBytes: options.memoryBytes ?? defaultSandboxMemoryBytes,
    threads: options.threads ?? 2,
    isWide: names.names.length > wideColumnsMin,
  })
  try {
    const columns = names.names.map((name, index) => ({ cell: `c${index}`, name }))
    const source = { options, sandbox, columns, cleaned, cleanPath, sniffed, chosen }
    const written = await writeTyped(source, onProgress)
    onProgress(1)
    return {
      ...written,
      dialect: {
        delimiter: sniffed.dialect.delimiter,
        decimal: sniffed.dialect.decimal,
        hasHeader: sniffed.dialect.hasHeader,
        encoding: encoding.label,
      },
      warnings: [...warnings, ...written.warnings],
    }
  } finally {
    sandbox.close()
  }
}

const progressShares = { encoding: 0.1, cleaned: 0.4, raw: 0.6, typed: 0.75 } as const
const sniffBytes = 256 * 1024
/** However lenient the limit on bad rows: a column with more strays than this is not of that type. */
const strayShareCeiling = 0.01
const badRowsShown = 3
const wideColumnsMin = 300

async function sniffFile(options: ImportCsvOptions, label: string): Promise<Sniffed> {
  const parts: Buffer[] = []
  for await (const piece of utf8Pieces({ path: options.sourcePath, label, byteCountMax: sniffBytes })) {
    parts.push(piece)
  }
  const sample = Buffer.concat(parts)
  const nul = sample.indexOf(0)
  if (nul >= 0) {
    throw fault("NUL_CHARACTER", { line: sample.subarray(0, nul).toString("latin1").split("\n").length })
  }
  const { delimiter, decimal, header } = options.options
  const isWholeFile = (await stat(options.sourcePath)).size <= sniffBytes
  return sniffCsv({ sample, isWholeFile, delimiter, decimal, header })
}

function chosenTypes(
  columnTypes: Readonly<Record<string, ColumnType>>,
  names: readonly string[],
): Map<string, ColumnType> {
  const chosen = new Map(Object.entries(columnTypes))
  for (const column of chosen.keys()) {
    if (!names.includes(column)) throw unknownColumn(column, names)
  }
  return chosen
}

/** TABLE_COLUMN_UNKNOWN, with the first of the names that there are. */
export function unknownColumn(column: string, names: readonly string[]): Error {
  const shown = names.slice(0, 20).join(", ")
  const columns = names.length > 20 ? `${shown} and ${names.length - 20} more` : shown
  return fault("TABLE_COLUMN_UNKNOWN", { column, columns })
}

async function cleanFile(
  options: ImportCsvOptions,
  file: { readonly sniffed: Sniffed; readonly label: string; readonly cleanPath: string },
): Promise<CleanResult> {
  const byteCount = (await stat(options.sourcePath)).size
  return cleanCsv({
    pieces: utf8Pieces({ path: options.sourcePath, label: file.label }),
    dialect: file.sniffed.dialect,
    columnCount: file.sniffed.columnCount,
    targetPath: file.cleanPath,
    rejectedRowsListedMax: options.limits.rejectedRowsListedMax,
    onBytes: (done) => {
      const span = progressShares.cleaned - progressShares.encoding
      options.onProgress?.(progressShares.encoding + span * Math.min(1, done / byteCount))
    },
  })
}

function refuseNoRows(cleaned: CleanResult, shareMax: number): never {
  if (cleaned.rejectedCount === 0) throw fault("NO_ROWS", {})
  throw tooManyBadRows(
    { bad: cleaned.rejectedCount, rows: cleaned.rejectedCount, first: cleaned.rejectedRows },
    shareMax,
  )
}

function tooManyBadRows(
  found: { readonly bad: number; readonly rows: number; readonly first: readonly RejectedRow[] },
  shareMax: number,
): Error {
  // Parameters of a fault are the same in every language; where and why is better said in English than not at all.
  const first = found.first
    .slice(0, badRowsShown)
    .map(({ line, column, reason }) =>
      column === null ? `line ${line}: ${reason.en}` : `line ${line}, column "${column}": ${reason.en}`,
    )
    .join("; ")
  return fault("TOO_MANY_BAD_ROWS", { bad: found.bad, rows: found.rows, share: shareMax * 100, first })
}

type Source = {
  readonly options: ImportCsvOptions
  readonly sandbox: Sandbox
  readonly columns: readonly RawColumn[]
  readonly cleaned: CleanResult
  readonly cleanPath: string
  readonly sniffed: Sniffed
  readonly chosen: ReadonlyMap<string, ColumnType>
}

async function writeTyped(
  source: Source,
  onProgress: (share: number) => void,
): Promise<Omit<ImportedTable, "dialect">> {
  const { options, sandbox, cleaned } = source
  const rawPath = join(sandbox.folder, "raw.parquet")
  await sandbox.run(
    `COPY (SELECT * FROM ${cleanRelation(source)}) TO ${sqlText(rawPath)} (FORMAT parquet, COMPRESSION lz4_raw)`,
  )
  await rm(source.cleanPath)
  onProgress(progressShares.raw)
  const relation = `read_parquet(${sqlText(rawPath)})`
  const columns = await decideTypes(
    { sandbox, relation, columns: source.columns, rowCount: cleaned.rowCount },
    {
      decimal: source.sniffed.dialect.decimal,
      chosen: source.chosen,
      strayShareMax: Math.min(options.limits.rejectedRowsShareMax, strayShareCeiling),
    },
  )
  onProgress(progressShares.typed)
  const rejected = await collectRejected(source, columns, relation)
  const parquetPath = join(sandbox.folder, "table.parquet")
  const values = columns.map(
    ({ cell, name, format }) => `(${typedCell(cell, format)})::${sqlTypes[format.type]} AS ${sqlName(name)}`,
  )
  const good = goodRows(columns)
  await sandbox.run(
    `COPY (SELECT ${values.join(", ")} FROM ${relation}${good}) TO ${sqlText(parquetPath)} (FORMAT parquet, COMPRESSION zstd)`,
  )
  await rm(rawPath)
  return {
    parquetPath,
    schema: columns.map(({ name, format }) => ({ name, type: format.type })),
    rowCount: cleaned.rowCount + cleaned.rejectedCount - rejected.count,
    rejected,
    warnings: columns.flatMap(({ warning }) => (warning === null ? [] : [warning])),
  }
}

/** The clean file as DuckDB is told to read it: with nothing left to guess. */
function cleanRelation(source: Source): string {
  const columns = ["'line': 'BIGINT'", ...source.columns.map(({ cell }) => `'${cell}': 'VARCHAR'`)]
  const delimiter = sqlText(source.sniffed.dialect.delimiter)
  // Quotes are doubled in the clean file, so that a record may be twice as long there.
  const lineBytesMax = 2 * recordBytesMax + 4_096
  return [
    `read_csv(${sqlText(join(source.sandbox.folder, "clean.csv"))}, auto_detect = false, header = false`,
    `delim = ${delimiter}, quote = '"', escape = '"', comment = '', new_line = '\\n', strict_mode = true`,
    `max_line_size = ${lineBytesMax}, columns = {${columns.join(", ")}})`,
  ].join(", ")
}

function strayConditions(columns: readonly TypedColumn[]): string[] {
  return columns.filter(({ strayCount }) => strayCount > 0).map(({ cell, format }) => isStray(cell, format))
}

function goodRows(columns: readonly TypedColumn[]): string {
  const strays = strayConditions(columns)
  return strays.length === 0 ? "" : ` WHERE NOT (${strays.join(" OR ")})`
}

/** Rows with the wrong number of cells and rows with stray cells together. Throws TOO_MANY_BAD_ROWS. */
async function collectRejected(
  source: Source,
  columns: readonly TypedColumn[],
  relation: string,
): Promise<ImportedTable["rejected"]> {
  const { cleaned, sandbox } = source
  const { rejectedRowsListedMax, rejectedRowsShareMax } = source.options.limits
  const strays = strayConditions(columns)
  let count = cleaned.rejectedCount
  const rows = [...cleaned.rejectedRows]
  if (strays.length > 0) {
    const [counted = []] = await sandbox.rows(`SELECT count(*) FROM ${relation} WHERE ${strays.join(" OR ")}`)
    count += Number(counted[0])
    rows.push(...(await strayRows(source, columns, relation)))
  }
  rows.sort((left, right) => left.line - right.line)
  const total = cleaned.rowCount + cleaned.rejectedCount
  if (count > total * rejectedRowsShareMax || count === total) {
    throw tooManyBadRows({ bad: count, rows: total, first: rows }, rejectedRowsShareMax)
  }
  return { count, rows: rows.slice(0, rejectedRowsListedMax) }
}

/** The first stray cells, one a row: the leftmost stray column names the reason. */
async function strayRows(
  source: Source,
  columns: readonly TypedColumn[],
  relation: string,
): Promise<RejectedRow[]> {
  const found = new Map<number, RejectedRow>()
  for (const { cell, name, format, strayCount } of columns) {
    if (strayCount === 0) continue
    const rows = await source.sandbox.rows(
      `SELECT line, ${cell} FROM ${relation} WHERE ${isStray(cell, format)} ORDER BY line LIMIT ${source.options.limits.rejectedRowsListedMax}`,
    )
    for (const [line, text] of rows) {
      if (found.has(Number(line))) continue
      found.set(Number(line), {
        line: Number(line),
        column: name,
        reason: importNote("otherType", { type: format.type }),
        text: String(text).slice(0, 500),
      })
    }
  }
  return [...found.values()]
}
