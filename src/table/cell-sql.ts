/** @file How DuckDB reads a raw cell as each type: one SQL expression a type, NULL where the cell is not of it. */
import { falseWords, missingWords, trueWords } from "./cell-words.ts"
import { sqlText } from "./duckdb.ts"
import type { ColumnType } from "./table.ts"

/** `grouped`: thousands separators, currency signs and percent signs are taken off. */
export type NumberFormat = "plain" | "grouped"

export type CellFormat = {
  readonly type: ColumnType
  readonly number: NumberFormat
  readonly decimal: "." | ","
  /** Dates as yyyymmdd count too: only where the user says that the column holds dates, else they are integers. */
  readonly hasCompactDates: boolean
}

/** SQL type of each column type, in results and in Parquet. */
export const sqlTypes: Readonly<Record<ColumnType, string>> = {
  integer: "BIGINT",
  number: "DOUBLE",
  boolean: "BOOLEAN",
  date: "DATE",
  timestamp: "TIMESTAMP",
  text: "VARCHAR",
}

/** The typed value of the raw cell `cell`; NULL where it is missing or not of the type. */
export function typedCell(cell: string, format: CellFormat): string {
  const text = `trim(${cell})`
  switch (format.type) {
    case "text":
      return cell
    case "boolean":
      return `CASE WHEN lower(${text}) IN (${list(trueWords)}) THEN true WHEN lower(${text}) IN (${list(falseWords)}) THEN false END`
    case "integer":
      return integerCell(text, format)
    case "number":
      return numberCell(text, format)
    case "date":
      return dateCell(text, format.hasCompactDates)
    case "timestamp":
      return timestampCell(text)
  }
}

/** Is the raw cell missing? In columns of text only the empty one is. */
export function isMissingCell(cell: string, type: ColumnType): string {
  if (type === "text") return `${cell} IS NULL`
  return `(${cell} IS NULL OR lower(trim(${cell})) IN (${list(missingWords)}))`
}

/** Does the whole cell look like that? Conditions used for counting, before a type is chosen. */
export const cellTests = {
  isMissingWord: (cell: string) => `lower(trim(${cell})) IN (${list(missingWords)})`,
  isDigits: (cell: string) => matches(`trim(${cell})`, "[+-]?[0-9]+"),
  hasLeadingZero: (cell: string) => matches(`trim(${cell})`, "[+-]?0[0-9]+"),
  hasCurrency: (cell: string) => `regexp_matches(${cell}, '[$€£¥￥元]')`,
  hasPercent: (cell: string) => `contains(${cell}, '%')`,
} as const

const point = "\\."
const currency = "[$€£¥￥]"
const exponent = "([eE][+-]?[0-9]+)?"

function integerCell(text: string, format: CellFormat): string {
  if (format.number === "grouped") {
    const whole = matches(text, groupedPattern(format.decimal, false))
    return `CASE WHEN ${whole} THEN TRY_CAST(${ungrouped(text, format.decimal)} AS BIGINT) END`
  }
  // "007" is a code, not a number: as an integer it would lose its zeros.
  return `CASE WHEN ${matches(text, "[+-]?(0|[1-9][0-9]{0,18})")} THEN TRY_CAST(${text} AS BIGINT) END`
}

function numberCell(text: string, format: CellFormat): string {
  const { decimal } = format
  if (format.number === "grouped") {
    return finite(matches(text, groupedPattern(decimal, true)), ungrouped(text, decimal))
  }
  const mark = decimal === "." ? point : ","
  const pattern = `[+-]?([0-9]+(${mark}[0-9]*)?|${mark}[0-9]+)${exponent}`
  return finite(matches(text, pattern), decimal === "." ? text : `replace(${text}, ',', '.')`)
}

/** 1e999 is written like a number, but no float64 holds it. */
function finite(condition: string, text: string): string {
  const cast = `TRY_CAST(${text} AS DOUBLE)`
  return `CASE WHEN ${condition} AND isfinite(${cast}) THEN ${cast} END`
}

function groupedPattern(decimal: "." | ",", hasFraction: boolean): string {
  const mark = decimal === "." ? point : ","
  const separator = decimal === "." ? "[, '’\u00a0\u202f]" : "[. '’\u00a0\u202f]"
  const whole = `([0-9]{1,3}(${separator}[0-9]{3})+|[0-9]+)`
  const digits = hasFraction ? `(${whole}(${mark}[0-9]*)?|${mark}[0-9]+)${exponent}` : whole
  return `[+-]?(${currency} ?)?[+-]?${digits} ?(%|${currency}|元)?`
}

function ungrouped(text: string, decimal: "." | ","): string {
  const separators = decimal === "." ? "," : "."
  const bare = `regexp_replace(${text}, ${sqlText(`[${separators} '’\u00a0\u202f%$€£¥￥元]`)}, '', 'g')`
  return decimal === "." ? bare : `replace(${bare}, ',', '.')`
}

function dateCell(text: string, hasCompactDates: boolean): string {
  const formats = ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", ...(hasCompactDates ? ["%Y%m%d"] : [])]
  const pattern = `[0-9]{4}([-/年][0-9]{1,2}[-/月][0-9]{1,2}日?${hasCompactDates ? "|[0-9]{4}" : ""})`
  return `CASE WHEN ${matches(text, pattern)} THEN try_strptime(${text}, [${list(formats)}])::DATE END`
}

/** A time of day may lack its seconds; without a zone it is UTC, with one it is converted. */
function timestampCell(text: string): string {
  const day = "[0-9]{4}([-/][0-9]{1,2}[-/][0-9]{1,2}|年[0-9]{1,2}月[0-9]{1,2}日)"
  const time = "([T ]?[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?)?"
  const zone = "( ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?))?"
  const slashes = `replace(${text}, '/', '-')`
  const hanDay = sqlText("^([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日[T ]?")
  const iso = `trim(regexp_replace(${slashes}, ${hanDay}, '\\1-\\2-\\3 '))`
  const withSeconds = `regexp_replace(${iso}, '^([^:]*:[0-9]{2})([^:0-9]|$)', '\\1:00\\2')`
  return `CASE WHEN ${matches(text, day + time + zone)} THEN TRY_CAST(${withSeconds} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' END`
}

function matches(text: string, pattern: string): string {
  return `regexp_full_match(${text}, ${sqlText(pattern)})`
}

function list(words: readonly string[]): string {
  return words.map(sqlText).join(", ")
}
