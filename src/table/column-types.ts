/** @file The type of each column, decided on all rows: guessed on the first ones, then every cell is tried. */

import type { DuckDBValue } from "@duckdb/node-api"
import type { Sentence } from "../base/sentences/say.ts"

import { type CellFormat, cellTests, isMissingCell, typedCell } from "./cell-sql.ts"
import { type CellCounts, chooseType, countNames, type TypeChoice } from "./choose-type.ts"
import type { Sandbox } from "./duckdb.ts"
import type { ColumnType } from "./table.ts"

/** A column of raw text: its name in SQL, and the name people know. */
export type RawColumn = { readonly cell: string; readonly name: string }

export type RawTable = {
  readonly sandbox: Sandbox
  /** What stands after FROM: gives the raw rows in order. */
  readonly relation: string
  readonly columns: readonly RawColumn[]
  readonly rowCount: number
}

export type TypeOptions = {
  readonly decimal: "." | ","
  /** Types chosen by the user, by column name. */
  readonly chosen: ReadonlyMap<string, ColumnType>
  /** Share of a column's cells that may be strays before the column is widened instead. */
  readonly strayShareMax: number
}

export type TypedColumn = RawColumn & {
  readonly format: CellFormat
  /** Cells that are not of the type; their rows are rejected. */
  readonly strayCount: number
  readonly warning: Sentence | null
}

/** Types of all columns in their order, and what the reader should be told about them. */
export async function decideTypes(raw: RawTable, options: TypeOptions): Promise<readonly TypedColumn[]> {
  const columns: TypedColumn[] = []
  for (let start = 0; start < raw.columns.length; start += columnsPerQuery) {
    const group = raw.columns.slice(start, start + columnsPerQuery)
    const typed = await decideGroup({ ...raw, columns: group }, options)
    for (const column of group) {
      const found = typed.get(column.cell)
      if (found !== undefined) columns.push(found)
    }
  }
  return columns
}

/** Condition of SQL: the raw cell is there, but is not of the column's type. */
export function isStray(cell: string, format: CellFormat): string {
  if (format.type === "text") return "false"
  return `(NOT ${isMissingCell(cell, format.type)} AND (${typedCell(cell, format)}) IS NULL)`
}

const columnsPerQuery = 50
// A guess costs some twelve tests a cell, trying it on all rows one: so the guess is made on few rows.
const sampleRows = 2_048

async function decideGroup(raw: RawTable, options: TypeOptions): Promise<Map<string, TypedColumn>> {
  const decided = new Map<string, TypedColumn>()
  const free = raw.columns.filter(({ name }) => !options.chosen.has(name))
  const isWhole = raw.rowCount <= sampleRows
  const sample = isWhole ? raw.relation : `(SELECT * FROM ${raw.relation} LIMIT ${sampleRows})`
  const doubtful: RawColumn[] = []
  const untried: TypedColumn[] = chosenColumns(raw.columns, options)
  for (const { column, counts } of await countCells(raw, free, {
    source: sample,
    decimal: options.decimal,
  })) {
    const guess = chooseType(column.name, counts, options.strayShareMax)
    if (isWhole || isSurelyText(guess, counts)) decided.set(column.cell, asTyped(column, guess, options))
    else if (guess.type === "text" || guess.strayCount > 0 || guess.warning !== null) doubtful.push(column)
    else untried.push(asTyped(column, guess, options))
  }
  for (const { column, strayCount } of await countStrays(raw, untried)) {
    if (strayCount === 0 || options.chosen.has(column.name))
      decided.set(column.cell, { ...column, strayCount })
    else doubtful.push(column)
  }
  const all = { source: raw.relation, decimal: options.decimal }
  for (const { column, counts } of await countCells(raw, doubtful, all)) {
    const choice = chooseType(column.name, counts, options.strayShareMax)
    decided.set(column.cell, asTyped(column, choice, options))
  }
  return decided
}

/** Nothing among the first rows looked typed, so that all the rows after them could not outvote it. */
function isSurelyText(guess: TypeChoice, counts: CellCounts): boolean {
  const typed = Math.max(counts.booleans, counts.groupedNumbers, counts.numbers, counts.timestamps)
  return guess.type === "text" && counts.filled > counts.missingWords && typed === 0
}

function asTyped({ cell, name }: RawColumn, choice: TypeChoice, options: TypeOptions): TypedColumn {
  const { type, number, strayCount, warning } = choice
  const format = { type, number, decimal: options.decimal, hasCompactDates: false }
  return { cell, name, format, strayCount, warning }
}

function chosenColumns(columns: readonly RawColumn[], options: TypeOptions): TypedColumn[] {
  return columns.flatMap(({ cell, name }) => {
    const type = options.chosen.get(name)
    if (type === undefined) return []
    const format: CellFormat = { type, number: "grouped", decimal: options.decimal, hasCompactDates: true }
    return [{ cell, name, format, strayCount: 0, warning: null }]
  })
}

async function countStrays(
  raw: RawTable,
  columns: readonly TypedColumn[],
): Promise<{ readonly column: TypedColumn; readonly strayCount: number }[]> {
  if (columns.length === 0) return []
  const sums = columns.map(({ cell, format }) => countWhere(isStray(cell, format)))
  const [row = []] = await raw.sandbox.rows(`SELECT ${sums.join(", ")} FROM ${raw.relation}`)
  return columns.map((column, index) => ({ column, strayCount: asNumber(row[index]) }))
}

async function countCells(
  raw: RawTable,
  columns: readonly RawColumn[],
  from: { readonly source: string; readonly decimal: "." | "," },
): Promise<{ readonly column: RawColumn; readonly counts: CellCounts }[]> {
  if (columns.length === 0) return []
  const sums = columns.flatMap(({ cell }) => {
    const expressions = countExpressions(cell, from.decimal)
    return countNames.map((name) => expressions[name])
  })
  const [row = []] = await raw.sandbox.rows(`SELECT ${sums.join(", ")} FROM ${from.source}`)
  return columns.map((column, index) => {
    const at = (name: (typeof countNames)[number]) =>
      asNumber(row[index * countNames.length + countNames.indexOf(name)])
    const counts: CellCounts = {
      filled: at("filled"),
      missingWords: at("missingWords"),
      booleans: at("booleans"),
      digits: at("digits"),
      leadingZeros: at("leadingZeros"),
      integers: at("integers"),
      numbers: at("numbers"),
      groupedIntegers: at("groupedIntegers"),
      groupedNumbers: at("groupedNumbers"),
      percents: at("percents"),
      currencies: at("currencies"),
      dates: at("dates"),
      timestamps: at("timestamps"),
    }
    return { column, counts }
  })
}

function countExpressions(cell: string, decimal: "." | ","): Readonly<Record<keyof CellCounts, string>> {
  const parsed = (type: ColumnType, number: CellFormat["number"] = "plain") =>
    `count(${typedCell(cell, { type, number, decimal, hasCompactDates: false })})`
  return {
    filled: `count(${cell})`,
    missingWords: countWhere(cellTests.isMissingWord(cell)),
    booleans: parsed("boolean"),
    digits: countWhere(cellTests.isDigits(cell)),
    leadingZeros: countWhere(cellTests.hasLeadingZero(cell)),
    integers: parsed("integer"),
    numbers: parsed("number"),
    groupedIntegers: parsed("integer", "grouped"),
    groupedNumbers: parsed("number", "grouped"),
    percents: countWhere(cellTests.hasPercent(cell)),
    currencies: countWhere(cellTests.hasCurrency(cell)),
    dates: parsed("date"),
    timestamps: parsed("timestamp"),
  }
}

function countWhere(condition: string): string {
  return `count(*) FILTER (WHERE ${condition})`
}

function asNumber(value: DuckDBValue | undefined): number {
  return typeof value === "bigint" || typeof value === "number" ? Number(value) : 0
}
