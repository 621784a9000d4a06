/** @file Rows of Parquet files into the arrays of a window, by DuckDB, which sees nothing but these files. */
import assert from "node:assert"
import { createHash } from "node:crypto"
import { realpath, stat, symlink } from "node:fs/promises"
import { join } from "node:path"

import { type Fault, fault, messageOf } from "../../base/errors.ts"
import { openSandbox, type Sandbox, sqlName, sqlText } from "../../table/duckdb.ts"
import { createWindowFiller } from "./parquet-fill.ts"
import type { ColumnGroup, Opened, ReaderOptions, ReadOrder } from "./parquet-messages.ts"
import type { TrainingWindow } from "./source.ts"

export type ParquetReader = {
  readonly opened: Opened
  /** Null when it was not wanted any more. Throws PARQUET_CHANGED, PARQUET_VALUE, PARQUET_FILE, NETWORK_SETTING. */
  readonly read: (order: ReadOrder, isWanted: () => boolean) => Promise<TrainingWindow | null>
  readonly close: () => void
}

type File = {
  /** As the user wrote it. */
  readonly path: string
  readonly real: string
  readonly state: string
  /** How statements name it. A link: in the path itself DuckDB may see a pattern. */
  readonly link: string
}

type Reading = {
  readonly options: ReaderOptions
  readonly sandbox: Sandbox
  readonly files: readonly File[]
}

/** Opens the files and checks their columns. Throws PARQUET_FILE, PARQUET_COLUMN, NETWORK_SETTING. */
export async function openReader(options: ReaderOptions): Promise<ParquetReader> {
  const files = await Promise.all(options.paths.map((path, index) => find(path, options.folder, index)))
  const sandbox = await openSandbox({
    folder: options.folder,
    files: files.map(({ real }) => real),
    memoryBytes: options.memoryBytesMax,
    // Rows come in the same order every time, and the other cores are the training's.
    threads: 1,
    keepsParquetFooters: true,
  })
  try {
    const reading = { options, sandbox, files }
    const rowGroups: number[][] = []
    for (const file of files) rowGroups.push(await inspect(reading, file))
    return {
      opened: { rowGroups, fingerprint: fingerprintOf(options, files) },
      read: (order, isWanted) => readWindow(reading, order, isWanted),
      close: sandbox.close,
    }
  } catch (error) {
    sandbox.close()
    throw error
  }
}

async function find(path: string, folder: string, index: number): Promise<File> {
  const link = join(folder, `${index}.parquet`)
  try {
    const real = await realpath(path)
    const state = await stateOf(real)
    await symlink(real, link)
    return { path, real, state, link }
  } catch (error) {
    throw fault("PARQUET_FILE", { path, reason: messageOf(error) }, { cause: error })
  }
}

/** Differs once the file has been written to or replaced. */
async function stateOf(path: string): Promise<string> {
  const { ino, size, mtimeNs } = await stat(path, { bigint: true })
  return `${ino} ${size} ${mtimeNs}`
}

/** The same rows under the same columns; without inodes, which differ where a folder was copied. */
function fingerprintOf({ inputs, targets, weight }: ReaderOptions, files: readonly File[]): string {
  const states = files.map(({ state }) => state.slice(state.indexOf(" ")))
  return createHash("sha256")
    .update(JSON.stringify([states, inputs, targets, weight]))
    .digest("hex")
}

/** The rows of each row group. */
async function inspect(reading: Reading, file: File): Promise<number[]> {
  const { options, sandbox } = reading
  const described = await guarded(reading, file, () =>
    sandbox.rows(`DESCRIBE SELECT * FROM ${relationOf(file)}`),
  )
  const types = new Map(described.map(([name, type]) => [String(name), String(type)]))
  for (const group of groupsOf(options))
    for (const column of group.columns) checkColumn(file, group, { column, types })
  const counted = await guarded(reading, file, () =>
    sandbox.rows(
      `SELECT row_group_num_rows FROM parquet_metadata(${sqlText(file.link)}) WHERE column_id = 0 ORDER BY row_group_id`,
    ),
  )
  const rowGroups = counted.map(([rows]) => Number(rows))
  if (!rowGroups.some((rows) => rows > 0))
    throw fault("PARQUET_FILE", { path: file.path, reason: "it has no rows" })
  return rowGroups
}

/** Arrays of a window in the order in which they are read: inputs, targets, weights. */
function groupsOf({ inputs, targets, weight }: ReaderOptions): ColumnGroup[] {
  const weights: ColumnGroup[] = weight === null ? [] : [{ columns: [weight], type: "float32", isFlat: true }]
  return [...inputs, ...targets, ...weights]
}

const wholeType = /^(BOOLEAN|U?(BIG|TINY|SMALL)?INT(EGER)?|HUGEINT)$/
const fractionType = /^(DOUBLE|FLOAT|DECIMAL\(.*\))$/

function checkColumn(
  { path }: File,
  group: ColumnGroup,
  { column, types }: { readonly column: string; readonly types: ReadonlyMap<string, string> },
): void {
  const type = types.get(column)
  if (type === undefined) {
    const known = [...types.keys()].slice(0, namesListedMax).join(", ")
    const reason = `the file has no such column, but ${known}${types.size > namesListedMax ? " ..." : ""}`
    throw fault("PARQUET_COLUMN", { path, column, reason })
  }
  if (wholeType.test(type)) return
  if (group.type === "int64")
    throw fault("PARQUET_COLUMN", { path, column, reason: `codes are whole numbers, but it is ${type}` })
  if (!fractionType.test(type)) throw fault("PARQUET_COLUMN", { path, column, reason: `it is ${type}` })
}

const namesListedMax = 20

/** Columns of the file alone: none from the names of its folders. */
function relationOf({ link }: File): string {
  return `read_parquet(${sqlText(link)}, file_row_number = true, hive_partitioning = false)`
}

async function readWindow(
  reading: Reading,
  order: ReadOrder,
  isWanted: () => boolean,
): Promise<TrainingWindow | null> {
  const { options, files, sandbox } = reading
  const { shards } = order
  const rowCount = shards.reduce((sum, { from, to }) => sum + to - from, 0)
  const filler = createWindowFiller(options, { ...order, rowCount })
  const columns = groupsOf(options).flatMap((group) =>
    group.columns.map((column) => ({ column, select: selectOf(group, column) })),
  )
  const select = columns.map((column) => column.select).join(", ")
  for (const { file: index, from, to } of shards) {
    const file = files[index]
    assert(file !== undefined)
    const rows = `file_row_number >= ${from} AND file_row_number < ${to}`
    const sql = `SELECT ${select} FROM ${relationOf(file)} WHERE ${rows}`
    await checkUnchanged(file)
    const isWhole = await guarded(reading, file, async () => {
      let row = from
      for await (const chunk of sandbox.chunks(sql)) {
        if (!isWanted()) return false
        const wrong = filler.add(chunk)
        if (wrong !== null) throw wrongValue(file, columns[wrong.column]?.column, row + wrong.row, wrong.got)
        row += chunk.rowCount
      }
      return row === to
    })
    if (!isWanted()) return null
    // Fewer or other rows than the footer said come of a file that is being replaced.
    await checkUnchanged(file)
    if (!isWhole)
      throw fault("PARQUET_FILE", { path: file.path, reason: "it has fewer rows than its footer says" })
  }
  return filler.window()
}

/** What does not fit into the type becomes NULL, and so is found; rounded to float32 once, like all numbers that are trained on. */
function selectOf({ type }: ColumnGroup, column: string): string {
  return `TRY_CAST(${sqlName(column)} AS ${type === "int64" ? "BIGINT" : "FLOAT"})`
}

function wrongValue(file: File, column: string | undefined, row: number, got: string): Fault {
  return fault("PARQUET_VALUE", { path: file.path, column: column ?? "", row, got })
}

async function checkUnchanged({ path, real, state }: File): Promise<void> {
  const now = await stateOf(real).catch(() => null)
  if (now !== state) throw fault("PARQUET_CHANGED", { path })
}

/** What DuckDB says about a file becomes a fault that names it. */
async function guarded<Result>(
  { options }: Reading,
  file: File,
  use: () => Promise<Result>,
): Promise<Result> {
  try {
    return await use()
  } catch (error) {
    const message = messageOf(error)
    if (!/^[A-Z][A-Za-z ]+ (Error|Exception):/.test(message)) throw error
    await checkUnchanged(file)
    if (message.startsWith("Out of Memory"))
      throw fault(
        "NETWORK_SETTING",
        {
          name: "memoryBytesMax",
          got: options.memoryBytesMax,
          expected: `enough to read a row group of ${file.path}`,
        },
        { cause: error },
      )
    const [reason = message] = message.split("\n")
    throw fault(
      "PARQUET_FILE",
      { path: file.path, reason: reason.replaceAll(file.link, file.path).replaceAll(file.real, file.path) },
      { cause: error },
    )
  }
}
