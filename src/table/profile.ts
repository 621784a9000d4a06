/** @file What a table holds, column by column: counts, moments, quantiles, histogram, frequent values, and flags that a modeller must see. */
import type { DuckDBMapValue, DuckDBValue } from "@duckdb/node-api"

import { type Sandbox, sqlName } from "./duckdb.ts"
import type { ColumnProfile, Profile } from "./profile-schema.ts"
import { describe, parquetRelation, withSandbox } from "./read-table.ts"
import type { ColumnSchema } from "./table.ts"

const quantileShares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const

export type ProfileOptions = {
  /** The Parquet file, inside the folder. */
  readonly path: string
  readonly folder: string
  readonly memoryBytes?: number | undefined
  readonly threads?: number | undefined
  /** Called with the share of the columns that is done. */
  readonly onProgress?: ((share: number) => void) | undefined
}

/** Profiles all columns. Throws PARQUET_UNREADABLE. */
export async function profileTable(options: ProfileOptions): Promise<Profile> {
  return withSandbox(options, async (sandbox) => {
    const { schema, rowCount } = await describe(sandbox, options.path)
    const relation = parquetRelation(options.path)
    const columns: ColumnProfile[] = []
    const columnsPerPass = Math.max(
      1,
      Math.min(columnsPerPassMax, Math.floor(valuesPerPassMax / Math.max(1, rowCount))),
    )
    for (let start = 0; start < schema.length; start += columnsPerPass) {
      const group = schema.slice(start, start + columnsPerPass)
      // The file is decoded once for a group; the passes over it that follow are over memory.
      const names = group.map(({ name }) => sqlName(name)).join(", ")
      await sandbox.run(`CREATE OR REPLACE TABLE profiled AS SELECT ${names} FROM ${relation}`)
      columns.push(...(await profileGroup({ sandbox, relation: "profiled", rowCount }, group)))
      options.onProgress?.(columns.length / schema.length)
    }
    return { rowCount, duplicateRowCount: await countDuplicates(sandbox, relation, schema), columns }
  })
}

const mergeSampleRows = 100_000
const exactQuantileRowsMax = 1_000_000
const columnsPerPassMax = 40
/** Exact quantiles keep every value of the pass: 25 million float64 are 200 MB. */
const valuesPerPassMax = 25_000_000
const histogramBinsMax = 30
const topValuesMax = 20
/** Squares of greater numbers leave float64, at which DuckDB's deviation fails. */
const squareableMax = 1e150

type Source = { readonly sandbox: Sandbox; readonly relation: string; readonly rowCount: number }

async function profileGroup(source: Source, group: readonly ColumnSchema[]): Promise<ColumnProfile[]> {
  const { sandbox, relation } = source
  const sums = group.flatMap((column) => summaryExpressions(column, source.rowCount))
  const [row = []] = await sandbox.rows(`SELECT ${sums.join(", ")} FROM ${relation}`)
  const width = sums.length / group.length
  const summaries = group.map((column, index) =>
    readSummary(column, row.slice(index * width, (index + 1) * width), source.rowCount),
  )
  const histograms = await countHistograms(source, summaries)
  const profiles: ColumnProfile[] = []
  for (const [index, summary] of summaries.entries()) {
    profiles.push({
      ...summary,
      ...(await countValues(source, summary)),
      histogram: histograms[index] ?? null,
    })
  }
  return profiles
}

/** The cell; NaN, which files of others may hold, is missing. */
function cellOf({ name, type }: ColumnSchema): string {
  return type === "number" ? `nullif(${sqlName(name)}::DOUBLE, 'NaN'::DOUBLE)` : sqlName(name)
}

/** The value as float64 (times as seconds), for statistics. */
function numeric(column: ColumnSchema): string | null {
  const { type } = column
  if (type === "text" || type === "boolean") return null
  if (type === "date" || type === "timestamp") return `(epoch_us(${cellOf(column)}::TIMESTAMP) / 1e6)`
  return `${cellOf(column)}::DOUBLE`
}

/** In the order that `readSummary` takes them; the same number for every type. */
function summaryExpressions(column: ColumnSchema, rowCount: number): string[] {
  const cell = cellOf(column)
  const value = numeric(column) ?? "NULL::DOUBLE"
  const shares = quantileShares.join(", ")
  const isNumber = column.type === "integer" || column.type === "number"
  const single = `TRY_CAST(${cell} AS FLOAT)`
  // Values that float32 merges fall into one sample together, so that the share is fair however small the sample.
  const stride = Math.ceil(rowCount / mergeSampleRows)
  const sampled = stride > 1 ? ` FILTER (WHERE hash(${single}) % ${stride} = 0)` : ""
  return [
    `count(${cell})`,
    `min(${value})`,
    `max(${value})`,
    `avg(${value})`,
    `stddev_samp(CASE WHEN abs(${value}) < ${squareableMax} THEN ${value} END)`,
    rowCount <= exactQuantileRowsMax
      ? `quantile_cont(${value}, [${shares}])`
      : `approx_quantile(${value}, [${shares}])`,
    column.type === "text" ? `avg(length(${cell}))` : "NULL",
    isNumber ? `count(DISTINCT ${cell})${sampled}` : "NULL",
    isNumber ? `count(DISTINCT ${single})${sampled}` : "NULL",
  ]
}

type ValueCounts = Pick<ColumnProfile, "distinctCount" | "top" | "isConstant" | "isIdentifier">
type Summary = Omit<ColumnProfile, "histogram" | keyof ValueCounts>

function readSummary(column: ColumnSchema, row: readonly DuckDBValue[], rowCount: number): Summary {
  const [count, min, max, mean, deviation, quantiles, length, doubles, singles] = row
  const filled = asNumber(count) ?? 0
  const distinctDoubles = asNumber(doubles)
  const distinctSingles = asNumber(singles)
  return {
    name: column.name,
    type: column.type,
    missingCount: rowCount - filled,
    min: asNumber(min),
    max: asNumber(max),
    mean: asNumber(mean),
    standardDeviation: asNumber(deviation),
    quantiles: readQuantiles(quantiles),
    areQuantilesApproximate: rowCount > exactQuantileRowsMax,
    meanLength: asNumber(length),
    float32MergedShare:
      distinctDoubles === null || distinctSingles === null || distinctDoubles === 0
        ? null
        : 1 - distinctSingles / distinctDoubles,
  }
}

function readQuantiles(value: DuckDBValue | undefined): ColumnProfile["quantiles"] {
  if (typeof value !== "object" || value === null || !("items" in value)) return null
  const { items } = value
  if (!Array.isArray(items)) return null
  const values = items.map((item: unknown) => (typeof item === "number" ? item : null))
  return quantileShares.flatMap((share, index) => {
    const found = values[index]
    return found === null || found === undefined ? [] : [{ share, value: found }]
  })
}

/** Edges of equal bins; whole numbers of a small range get a bin each. */
function histogramEdges({ type, min, max }: Summary): number[] | null {
  if (min === null || max === null) return null
  if (type === "integer" && max - min < histogramBinsMax) {
    return Array.from({ length: max - min + 2 }, (_, index) => min + index)
  }
  if (max === min) return [min, max]
  // Half of each: the range of float64 itself does not fit into float64.
  const half = max / 2 - min / 2
  return Array.from({ length: histogramBinsMax + 1 }, (_, index) =>
    index === histogramBinsMax ? max : min + (half * (2 * index)) / histogramBinsMax,
  ).map((edge) => (Number.isFinite(edge) ? edge : max))
}

async function countHistograms(
  source: Source,
  summaries: readonly Summary[],
): Promise<(ColumnProfile["histogram"] | undefined)[]> {
  const allEdges = summaries.map(histogramEdges)
  const aggregates = summaries.map((summary, index) => {
    const value = numeric(summary)
    const edges = allEdges[index]
    if (value === null || edges === null || edges === undefined) return "NULL"
    return `histogram(${binOf(value, edges)})`
  })
  const [row = []] = await source.sandbox.rows(`SELECT ${aggregates.join(", ")} FROM ${source.relation}`)
  return allEdges.map((edges, index) => {
    const bins = row[index]
    if (edges === null || !isMap(bins)) return null
    const counts = new Array<number>(edges.length - 1).fill(0)
    for (const { key, value } of bins.entries) {
      const bin = asNumber(key)
      if (bin !== null && bin < counts.length) counts[bin] = asNumber(value) ?? 0
    }
    return { edges, counts }
  })
}

/** SQL of the index of a value's bin, 0 to bins - 1. */
function binOf(value: string, edges: readonly number[]): string {
  const bins = edges.length - 1
  const min = edges[0] ?? 0
  const max = edges[bins] ?? min
  if (bins === 1) return `CASE WHEN ${value} IS NOT NULL THEN 0 END`
  const share = `((${value} / 2 - ${sqlNumber(min / 2)}) / ${sqlNumber(max / 2 - min / 2)})`
  // least() passes over NULL, which would count the missing cells into the last bin.
  return `CASE WHEN ${value} IS NOT NULL THEN least(${bins - 1}, floor(${share} * ${bins}))::INTEGER END`
}

function sqlNumber(value: number): string {
  return `(${value})::DOUBLE`
}

/** One grouping gives both the number of distinct values and the most frequent ones. */
async function countValues(source: Source, summary: Summary): Promise<ValueCounts> {
  const { sandbox, relation, rowCount } = source
  const cell = cellOf(summary)
  const groups = `SELECT ${cell} AS value, count(*) AS n FROM ${relation} WHERE ${cell} IS NOT NULL GROUP BY ALL`
  const rows = await sandbox.rows(
    `WITH groups AS MATERIALIZED (${groups}) SELECT ${readable(summary, "value")}, n, (SELECT count(*) FROM groups) FROM groups ORDER BY n DESC, value LIMIT ${topValuesMax}`,
  )
  const distinctCount = asNumber(rows[0]?.[2]) ?? 0
  const isKey = summary.type === "integer" || summary.type === "text"
  return {
    distinctCount,
    top: rows.flatMap(([value, count]) => {
      if (typeof value === "bigint") return [{ value: exactInteger(value), count: Number(count) }]
      if (typeof value === "number" && !Number.isFinite(value)) return []
      if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return []
      return [{ value, count: Number(count) }]
    }),
    isConstant: distinctCount === 0 || (distinctCount === 1 && summary.missingCount === 0),
    isIdentifier: isKey && rowCount > 1 && distinctCount === rowCount,
  }
}

function exactInteger(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

/** SQL of a cell as people read it. */
function readable({ type }: ColumnSchema, cell: string): string {
  if (type === "date") return `strftime(${cell}, '%Y-%m-%d')`
  if (type === "timestamp") return `strftime(${cell}::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%fZ')`
  // Long texts are told by their beginning; a profile is no place for documents.
  if (type === "text") return `left(${cell}, ${topTextMax})`
  return type === "integer" ? `${cell}::BIGINT` : cell
}

const topTextMax = 200

async function countDuplicates(
  sandbox: Sandbox,
  relation: string,
  schema: readonly ColumnSchema[],
): Promise<number> {
  if (schema.length === 0) return 0
  const row = schema.map(({ name }) => sqlName(name)).join(", ")
  const [counted = []] = await sandbox.rows(`SELECT count(*) - count(DISTINCT hash(${row})) FROM ${relation}`)
  return asNumber(counted[0]) ?? 0
}

/** Finite numbers only: JSON has no others. */
function asNumber(value: DuckDBValue | undefined): number | null {
  if (typeof value === "bigint") return Number(value)
  return typeof value === "number" && Number.isFinite(value) ? value : null
}

/** By its shape, since its class would load DuckDB. */
function isMap(value: DuckDBValue | undefined): value is DuckDBMapValue {
  return typeof value === "object" && value !== null && "entries" in value
}
