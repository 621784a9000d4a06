/** @file Proposes a recipe: what each column is good for, judged on training rows only. */

import type { Table, TableColumn } from "../table/table.ts"
import { secondsPerDay } from "./cells.ts"
import { datePartsOf } from "./date-parts.ts"
import { allRows, categoryAt, numberAt } from "./pack-table.ts"
import { type DatePart, type PlanColumn, planColumnSchema, type RecipePlan } from "./recipe.ts"
import type { RecipeReason, RecipeReasonKey } from "./recipe-reasons.ts"

export type InferredRecipe = {
  readonly plan: RecipePlan
  readonly reasons: ReadonlyMap<string, RecipeReason>
}

/** Every column but the target is in the plan; those not worth learning from as `ignore` with the reason. */
export function inferRecipe(
  table: Table,
  options: { readonly target: string; readonly trainingRows?: Uint32Array },
): InferredRecipe {
  const rows = options.trainingRows ?? allRows(table)
  const columns: PlanColumn[] = []
  const reasons = new Map<string, RecipeReason>()
  for (const column of table.columns) {
    if (column.name === options.target) continue
    const { plan, reason } = judge(column, rows)
    columns.push(planColumnSchema.parse({ name: column.name, ...plan }))
    reasons.set(column.name, reason)
  }
  return { plan: { version: 1, columns }, reasons }
}

type Judgement = {
  readonly plan:
    | { readonly use: "number" | "boolean" | "category" }
    | { readonly use: "datetime"; readonly dateParts: readonly DatePart[] }
    | { readonly use: "ignore"; readonly reason: "identifier" | "constant" | "text" }
  readonly reason: RecipeReason
}

function judge(column: TableColumn, rows: Uint32Array): Judgement {
  if (column.type === "text") return judgeTexts(column, rows)
  const distinct = new Set<number>()
  let presentCount = 0
  for (const row of rows) {
    const value = numberAt(column, row)
    if (Number.isNaN(value)) continue
    presentCount += 1
    distinct.add(value)
  }
  const useless = judgeConstant({ distinctCount: distinct.size, presentCount, rowCount: rows.length })
  if (useless !== null) return useless
  if (column.type === "boolean") return { plan: { use: "boolean" }, reason: because("booleans") }
  if (column.type === "date" || column.type === "timestamp") {
    return { plan: { use: "datetime", dateParts: varyingParts(distinct) }, reason: because("times") }
  }
  const areUnique = presentCount === rows.length && distinct.size === presentCount
  if (column.type === "integer" && areUnique && countOrNameRows(column, rows))
    return { plan: { use: "ignore", reason: "identifier" }, reason: because("rowNumbers") }
  return { plan: { use: "number" }, reason: because("numbers") }
}

/** One value and missing cells beside it still tell two kinds of rows apart. */
function judgeConstant(counts: {
  readonly distinctCount: number
  readonly presentCount: number
  readonly rowCount: number
}): Judgement | null {
  const { distinctCount, presentCount, rowCount } = counts
  const plan = { use: "ignore", reason: "constant" } as const
  if (presentCount === 0) return { plan, reason: because("empty") }
  return distinctCount === 1 && presentCount === rowCount ? { plan, reason: because("constant") } : null
}

/** Fewer rows than this say nothing about who is an identifier. */
const identifierRowsMin = 10
/** Training rows are a part of all rows: a counter of rows then still covers this share of its span. */
const counterDensityMin = 0.3
const identifierName =
  /(?:^|[^a-z])(?:id|ids|uuid|guid|key|index|idx|rowid|row|nr|no)$|[a-z](?:Id|ID|Key)$|编号|序号|主键/

/** A measure may be different in every row too: only a rising counter, or a name that says so, makes whole numbers an identifier. */
function countOrNameRows(column: TableColumn, rows: Uint32Array): boolean {
  if (rows.length < identifierRowsMin) return false
  if (identifierName.test(column.name) || identifierName.test(column.name.toLowerCase())) return true
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  let isRising = true
  let last = Number.NEGATIVE_INFINITY
  for (const row of rows) {
    const value = numberAt(column, row)
    low = Math.min(low, value)
    high = Math.max(high, value)
    isRising &&= value > last
    last = value
  }
  return isRising && rows.length >= counterDensityMin * (high - low + 1)
}

const fewLevelsMax = 50
const freeTextCharactersMin = 50
const freeTextWordsMin = 4
const levelShareMax = 0.5

function judgeTexts(column: TableColumn, rows: Uint32Array): Judgement {
  const levels = new Set<string>()
  let presentCount = 0
  for (const row of rows) {
    const text = categoryAt(column, row)
    if (text === "") continue
    presentCount += 1
    levels.add(text)
  }
  const distinctCount = levels.size
  const useless = judgeConstant({ distinctCount, presentCount, rowCount: rows.length })
  if (useless !== null) return useless
  const areUnique = distinctCount === presentCount && presentCount >= identifierRowsMin
  const isMany = areUnique || (distinctCount > fewLevelsMax && distinctCount > levelShareMax * presentCount)
  if (!isMany) return { plan: { use: "category" }, reason: because("levels", distinctCount) }
  if (isFreeText(levels))
    return { plan: { use: "ignore", reason: "text" }, reason: because("freeText", distinctCount) }
  // Values that hardly ever come again teach nothing about the next row.
  if (areUnique) return { plan: { use: "ignore", reason: "identifier" }, reason: because("uniqueTexts") }
  return { plan: { use: "category" }, reason: because("levels", distinctCount) }
}

function isFreeText(levels: ReadonlySet<string>): boolean {
  let characters = 0
  let words = 0
  for (const text of levels) {
    characters += text.length
    words += text.split(/\s+/u).length
  }
  return characters >= freeTextCharactersMin * levels.size || words >= freeTextWordsMin * levels.size
}

/** The parts that differ among the training rows; the year when none does. */
function varyingParts(seconds: ReadonlySet<number>): readonly DatePart[] {
  const seen = new Map<DatePart, Set<number>>()
  for (const moment of seconds) {
    const days = Math.floor(moment / secondsPerDay)
    for (const [part, value] of datePartsOf(days, Math.floor(moment) - days * secondsPerDay)) {
      const values = seen.get(part) ?? new Set()
      seen.set(part, values.add(value))
    }
  }
  const varying = [...seen].filter(([, values]) => values.size > 1).map(([part]) => part)
  return varying.length === 0 ? ["year"] : varying
}

function because(key: RecipeReasonKey, levels?: number): RecipeReason {
  return { key, parameters: levels === undefined ? {} : { levels } }
}
