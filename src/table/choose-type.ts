/** @file The type of one column from how many of its cells pass each test. */
import type { Sentence } from "../base/sentences/say.ts"
import type { NumberFormat } from "./cell-sql.ts"
import { importNote } from "./import-notes.ts"
import type { ColumnType } from "./table.ts"

export const countNames = [
  "filled",
  "missingWords",
  "booleans",
  "digits",
  "leadingZeros",
  "integers",
  "numbers",
  "groupedIntegers",
  "groupedNumbers",
  "percents",
  "currencies",
  "dates",
  "timestamps",
] as const

/** How many cells of a column pass each test; `filled` are all that are not empty. */
export type CellCounts = Readonly<Record<(typeof countNames)[number], number>>

export type TypeChoice = {
  readonly type: ColumnType
  readonly number: NumberFormat
  /** Cells that are filled, no word for missing and not of the type. */
  readonly strayCount: number
  readonly warning: Sentence | null
}

/**
 * The narrowest type that every cell has; else, for numbers and times, the one that all but a tiny share have; else text,
 * told when most cells looked typed. Booleans and codes have no strays: one odd word makes the column text.
 */
export function chooseType(name: string, counts: CellCounts, strayShareMax: number): TypeChoice {
  const cells = counts.filled - counts.missingWords
  if (cells === 0) return choice("text", 0, null)
  if (counts.booleans === cells) return choice("boolean", 0, null)
  const strayMax = cells * strayShareMax
  if (cells - counts.digits <= strayMax) {
    // Phone numbers, postcodes and 20-digit ids would lose digits as numbers; as text they keep them all.
    if (counts.leadingZeros > 0) {
      return choice("text", 0, importNote("leadingZeros", { name }))
    }
    if (counts.digits > counts.integers) {
      return choice("text", 0, importNote("integersTooLong", { name }))
    }
  }
  const best = candidatesOf(counts).reduce((found, next) => (next.count > found.count ? next : found))
  const strayCount = cells - best.count
  if (strayCount <= strayMax) {
    const warning = best.number === "grouped" ? importNote("grouped", { name }) : null
    return { type: best.type, number: best.number, strayCount, warning }
  }
  const isMostlyTyped = best.count * 2 > cells
  return choice(
    "text",
    0,
    isMostlyTyped ? importNote("mostlyTyped", { name, strays: strayCount, cells, type: best.type }) : null,
  )
}

type Candidate = { readonly type: ColumnType; readonly number: NumberFormat; readonly count: number }

/** From the narrowest to the widest: of those that as many cells pass, the first is taken. */
function candidatesOf(counts: CellCounts): readonly Candidate[] {
  // Half a percent sign is no integer: 5% and 5.5% in one column are numbers both.
  return [
    { type: "integer", number: "plain", count: counts.integers },
    { type: "number", number: "plain", count: counts.numbers },
    { type: "integer", number: "grouped", count: counts.groupedIntegers },
    { type: "number", number: "grouped", count: counts.groupedNumbers },
    { type: "date", number: "plain", count: counts.dates },
    { type: "timestamp", number: "plain", count: counts.timestamps },
  ]
}

function choice(type: ColumnType, strayCount: number, warning: Sentence | null): TypeChoice {
  return { type, number: "plain", strayCount, warning }
}
