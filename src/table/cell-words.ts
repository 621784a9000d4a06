/** @file Which words mean missing, true and false in a column that is otherwise typed, and how typed cells look. */

/** Lower case; in columns of text only the empty cell is missing. */
export const missingWords = ["", "na", "n/a", "nan", "null", "none", "无", "-"] as const
export const trueWords = ["true", "yes", "t"] as const
export const falseWords = ["false", "no", "f"] as const

const words = new Set<string>([...missingWords])
const booleans = new Set<string>([...trueWords, ...falseWords])
const numberPattern =
  /^[+-]?[$€£¥￥]?\s?[+-]?(?:\d+[.,]?\d*|[.,]\d+|\d{1,3}(?:[., '’\u00a0\u202f]\d{3})+(?:[.,]\d*)?)(?:[eE][+-]?\d+)?\s?[%$€£¥￥元]?$/
const timePattern = /^\d{4}[-/年]\d{1,2}[-/月]\d{1,2}日?(?:[T ]?\d{1,2}:\d{2}.*)?$/

export type CellKind = "number" | "time" | "boolean" | null

/** What a cell looks like, null for text. For guessing delimiters and headers only. */
export function cellKind(cell: string): CellKind {
  const trimmed = cell.trim()
  if (numberPattern.test(trimmed)) return "number"
  if (timePattern.test(trimmed)) return "time"
  return booleans.has(trimmed.toLowerCase()) ? "boolean" : null
}

export function isMissingWord(cell: string): boolean {
  return words.has(cell.trim().toLowerCase())
}
