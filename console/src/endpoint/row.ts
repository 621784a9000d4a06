/** @file From the texts of the form to a row of the model, as its signature asks, and back. */
import type { Endpoint } from "../server.ts"

export type Signature = Endpoint["signature"]
export type Column = Signature["columns"][number]
export type NumberColumn = Extract<Column, { kind: "number" }>
export type CategoryColumn = Extract<Column, { kind: "category" }>
export type DatetimeColumn = Extract<Column, { kind: "datetime" }>
export type Cell = Column["example"]
export type Row = Readonly<Record<string, Cell>>

/** What each field holds, as text; "" is missing. Booleans are `true` and `false`, times as the browser's inputs have them. */
export type FieldTexts = Readonly<Record<string, string>>

export type FieldProblem = "needed" | "notANumber" | "notWhole"

/** A missing value travels as null, or not at all where the column may be absent and not null. */
export function rowOf(
  columns: readonly Column[],
  texts: FieldTexts,
): { readonly row: Row; readonly problems: ReadonlyMap<string, FieldProblem> } {
  const row: Record<string, Cell> = {}
  const problems = new Map<string, FieldProblem>()
  for (const column of columns) {
    const text = (texts[column.name] ?? "").trim()
    const problem = problemOf(column, text)
    if (problem !== null) problems.set(column.name, problem)
    else if (text !== "") row[column.name] = cellOf(column, text)
    else if (column.nullable) row[column.name] = null
  }
  return { row, problems }
}

/** The texts that a real row fills the form with. */
export function textsOf(columns: readonly Column[], row: Row): FieldTexts {
  return Object.fromEntries(
    columns.map((column) => {
      const cell = Object.hasOwn(row, column.name) ? row[column.name] : column.example
      return [column.name, textOf(column, cell ?? null)]
    }),
  )
}

/** A step that moves through the seen range in about a hundred: a power of ten; 1 for whole numbers. */
export function stepOf({ integer, range: [low, high] }: NumberColumn): number {
  const width = high - low
  if (integer || !(width > 0)) return 1
  return 10 ** Math.floor(Math.log10(width / 50))
}

function problemOf(column: Column, text: string): FieldProblem | null {
  if (text === "") return column.nullable || !column.required ? null : "needed"
  if (column.kind !== "number") return null
  const value = Number(text)
  if (!Number.isFinite(value)) return "notANumber"
  return column.integer && !Number.isInteger(value) ? "notWhole" : null
}

function cellOf(column: Column, text: string): Cell {
  switch (column.kind) {
    case "number":
      return Number(text)
    case "boolean":
      return text === "true"
    case "category":
      return text
    case "datetime":
      return timeText(column, text)
  }
}

function textOf(column: Column, cell: Cell): string {
  if (cell === null) return ""
  if (column.kind === "datetime") return inputText(column, String(cell))
  if (column.kind === "boolean") return String(cell === true || cell === 1 || cell === "true" || cell === "1")
  return String(cell)
}

/** `2026-11-23` or `2026-11-23T09:05:00` of the browser, in the first format that the column accepts. */
function timeText({ precision, formats }: DatetimeColumn, text: string): string {
  const [date = "", time = "00:00"] = text.split("T")
  const [year = "", month = "", day = ""] = date.split("-")
  const format = formats[0] ?? "iso"
  switch (format) {
    case "iso":
      return precision === "date" ? date : `${date}T${time.length === 5 ? `${time}:00` : time}Z`
    case "yyyy-mm-dd":
      return date
    case "yyyy/mm/dd":
      return `${year}/${month}/${day}`
    case "yyyymmdd":
      return `${year}${month}${day}`
    case "yyyy年m月d日":
      return `${year}年${Number(month)}月${Number(day)}日`
  }
}

/** A time of the data as the browser's inputs take it: in UTC, without zone; "" when it is in no known format. */
function inputText({ precision }: DatetimeColumn, text: string): string {
  const parts =
    /^(\d{4})(?:[-/年]?)(\d{1,2})(?:[-/月]?)(\d{1,2})日?(?:[T ](\d{2}:\d{2})(:\d{2})?(?:\.\d+)?)?/.exec(text)
  if (parts === null) return ""
  const [, year = "", month = "", day = "", time = "00:00", seconds = ":00"] = parts
  const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`
  const moment = Date.parse(text)
  // A zone in the text moves the moment; the fields are in UTC, as the model reads it.
  if (/(?:[+-]\d{2}:?\d{2})$/.test(text) && !Number.isNaN(moment)) {
    const utc = new Date(moment).toISOString()
    return precision === "date" ? utc.slice(0, 10) : utc.slice(0, 19)
  }
  return precision === "date" ? date : `${date}T${time}${seconds}`
}
