/** @file From Parquet to a table in memory: DuckDB makes every column a plain vector, which is copied chunk by chunk. */
import type { DuckDBDataChunk } from "@duckdb/node-api"

import { fault, messageOf } from "../base/errors.ts"
import { defaultSandboxMemoryBytes, openSandbox, type Sandbox, sqlName, sqlText } from "./duckdb.ts"
import { unknownColumn } from "./import-csv.ts"
import { booleanMissing, type ColumnSchema, type ColumnType, type Table, type TableColumn } from "./table.ts"

export type ReadTableOptions = {
  /** The Parquet file, inside the folder. */
  readonly path: string
  readonly folder: string
  /** Columns to read, in this order; all when absent. */
  readonly columns?: readonly string[] | undefined
  readonly memoryBytes?: number | undefined
  readonly threads?: number | undefined
}

export type ParquetDescription = { readonly schema: readonly ColumnSchema[]; readonly rowCount: number }

/** Reads a table: times become seconds since the epoch, integers float64. Throws TABLE_COLUMN_UNKNOWN, PARQUET_UNREADABLE. */
export async function readTable(options: ReadTableOptions): Promise<Table> {
  return withSandbox(options, async (sandbox) => {
    const { schema, rowCount } = await describe(sandbox, options.path)
    const columns = chooseColumns(schema, options.columns)
    const fillers = columns.map((column) => createFiller(column, rowCount))
    if (columns.length > 0) {
      const values = columns.map((column) => `${plainValue(column)}`).join(", ")
      let row = 0
      for await (const chunk of sandbox.chunks(`SELECT ${values} FROM ${parquetRelation(options.path)}`)) {
        for (const [index, filler] of fillers.entries()) filler.fill(chunk, index, row)
        row += chunk.rowCount
      }
    }
    return { rowCount, columns: fillers.map(({ column }) => column) }
  })
}

/** Schema and row count without reading a row. Throws PARQUET_UNREADABLE. */
export async function describeParquet(
  options: Omit<ReadTableOptions, "columns">,
): Promise<ParquetDescription> {
  return withSandbox(options, (sandbox) => describe(sandbox, options.path))
}

/** As `describeParquet`, in a sandbox that is open already. */
export async function describe(sandbox: Sandbox, path: string): Promise<ParquetDescription> {
  const relation = parquetRelation(path)
  const described = await sandbox.rows(`DESCRIBE SELECT * FROM ${relation}`)
  const [counted = []] = await sandbox.rows(`SELECT count(*) FROM ${relation}`)
  const schema = described.map(([name, sqlType]) => ({
    name: String(name),
    type: columnTypeOf(String(name), String(sqlType)),
  }))
  return { schema, rowCount: Number(counted[0]) }
}

export function parquetRelation(path: string): string {
  return `read_parquet(${sqlText(path)})`
}

/** Runs a reading in a sandbox of its own; what DuckDB says about the file becomes PARQUET_UNREADABLE. */
export async function withSandbox<Result>(
  options: {
    readonly folder: string
    readonly memoryBytes?: number | undefined
    readonly threads?: number | undefined
  },
  use: (sandbox: Sandbox) => Promise<Result>,
): Promise<Result> {
  const sandbox = await openSandbox({
    folder: options.folder,
    memoryBytes: options.memoryBytes ?? defaultSandboxMemoryBytes,
    threads: options.threads ?? 2,
  })
  try {
    return await use(sandbox)
  } catch (error) {
    if (error instanceof Error && /^(IO|Invalid Input|Permission) Error/.test(error.message)) {
      throw fault("PARQUET_UNREADABLE", { reason: messageOf(error) }, { cause: error })
    }
    throw error
  } finally {
    sandbox.close()
  }
}

/** Types of Parquet files that others wrote are mapped as well; what has no like is refused. */
function columnTypeOf(name: string, sqlType: string): ColumnType {
  if (/^U?(BIG|TINY|SMALL)?INT(EGER)?$/.test(sqlType) || sqlType === "HUGEINT") return "integer"
  if (/^(DOUBLE|FLOAT|DECIMAL\(.*\))$/.test(sqlType)) return "number"
  if (sqlType === "BOOLEAN") return "boolean"
  if (sqlType === "DATE") return "date"
  if (/^TIMESTAMP/.test(sqlType)) return "timestamp"
  if (sqlType === "VARCHAR" || sqlType.startsWith("ENUM")) return "text"
  throw fault("PARQUET_UNREADABLE", { reason: `column "${name}" is of type ${sqlType}` })
}

function chooseColumns(
  schema: readonly ColumnSchema[],
  wanted: readonly string[] | undefined,
): readonly ColumnSchema[] {
  if (wanted === undefined) return schema
  return wanted.map((name) => {
    const found = schema.find((column) => column.name === name)
    if (found === undefined)
      throw unknownColumn(
        name,
        schema.map((column) => column.name),
      )
    return found
  })
}

/** SQL that gives a column as a vector without NULLs, except for text. */
function plainValue({ name, type }: ColumnSchema): string {
  const cell = sqlName(name)
  switch (type) {
    case "integer":
    case "number":
      return `coalesce(${cell}::DOUBLE, 'NaN'::DOUBLE)`
    case "date":
    case "timestamp":
      return `coalesce(epoch_us(${cell}::TIMESTAMP) / 1e6, 'NaN'::DOUBLE)`
    case "boolean":
      return `coalesce(${cell}::UTINYINT, ${booleanMissing}::UTINYINT)`
    case "text":
      return `${cell}::VARCHAR`
  }
}

type Filler = {
  readonly column: TableColumn
  /** Copies column `index` of the chunk to the rows from `row`. */
  readonly fill: (chunk: DuckDBDataChunk, index: number, row: number) => void
}

function createFiller({ name, type }: ColumnSchema, rowCount: number): Filler {
  if (type === "text") {
    const values = new Array<string | null>(rowCount).fill(null)
    return {
      column: { name, type, values },
      fill: (chunk, index, row) => {
        chunk.visitColumnValues(index, (value, offset) => {
          if (typeof value === "string") values[row + offset] = value
        })
      },
    }
  }
  if (type === "boolean") {
    const values = new Uint8Array(rowCount).fill(booleanMissing)
    return {
      column: { name, type, values },
      fill: (chunk, index, row) => copyNumbers(chunk, index, values, row),
    }
  }
  const values = new Float64Array(rowCount).fill(Number.NaN)
  return {
    column: { name, type, values },
    fill: (chunk, index, row) => copyNumbers(chunk, index, values, row),
  }
}

function copyNumbers(
  chunk: DuckDBDataChunk,
  index: number,
  values: Float64Array | Uint8Array,
  row: number,
): void {
  const vector = chunk.getColumnVector(index)
  for (let offset = 0; offset < chunk.rowCount; offset++) {
    const value = vector.getItem(offset)
    if (typeof value === "number") values[row + offset] = value
  }
}
