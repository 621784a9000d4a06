/** @file Fits one column of a recipe: its part of the signature and its figures. */
import { fault } from "../base/errors.ts"
import type { TableColumn } from "../table/table.ts"
import { datetimeFormats, float32Max, formatDatetime, secondsPerDay, toFloat32 } from "./cells.ts"
import { datePartsOf } from "./date-parts.ts"
import type { FittedColumn } from "./fitted-recipe.ts"
import { categoryAt, numberAt } from "./pack-table.ts"
import { missingIndicatorShareMin, type PlanColumn } from "./recipe.ts"
import type { SignatureColumn } from "./signature.ts"
import { clipRange, distinctCount, medianOf, momentsOf, sortedPresent } from "./statistics.ts"

export type ColumnFit = { readonly column: SignatureColumn; readonly fitted: FittedColumn }

export type TrainingColumn = {
  readonly source: TableColumn
  readonly rows: Uint32Array
  readonly missingCount: number
  /** A row that has a value; null when none has. */
  readonly exampleRow: number | null
  /** The first of `width` free columns of an input of the file. */
  readonly allocate: (input: SignatureColumn["input"], width: number) => number
}

type PlanOf<Use extends PlanColumn["use"]> = Extract<PlanColumn, { use: Use }>

/** A boolean has no shares: its range is what it holds. */
function clipShares(plan: PlanOf<"number"> | PlanOf<"boolean">): readonly [number, number] | null {
  return plan.use === "number" ? plan.clip : null
}

export function fitNumber(plan: PlanOf<"number"> | PlanOf<"boolean">, training: TrainingColumn): ColumnFit {
  const { source } = training
  const raw = finiteNumbers(training)
  const sorted = sortedPresent(raw)
  const isDouble = plan.use === "number" && needsFloat64(sorted)
  const centre = isDouble ? medianOf(sorted) : null
  const round = (value: number) => toFloat32(value - (centre ?? 0))
  const rounded = sorted.map(round)
  const median = plan.use === "boolean" ? Math.floor(medianOf(rounded)) : medianOf(rounded)
  const impute = plan.impute === "median" ? toFloat32(median) : round(plan.impute.constant)
  const isUnbounded = plan.use === "number" && plan.clip === null
  const [low, high] = isUnbounded ? [-float32Max, float32Max] : clipRange(rounded, clipShares(plan))
  const values = raw.map((value) => drawIn(Number.isNaN(value) ? impute : round(value), low, high))
  const fitted: FittedColumn = {
    name: plan.name,
    use: plan.use,
    centre,
    impute,
    low,
    high,
    ...scaleOf(values, plan.scale),
    missingIndicator: indicates(plan.missingIndicator, training),
  }
  const base = baseOf(plan.name, training)
  if (plan.use === "boolean") {
    const example = training.exampleRow === null ? null : numberAt(source, training.exampleRow) === 1
    const position = training.allocate("numeric", 1)
    return { fitted, column: { ...base, kind: "boolean", example, input: "numeric", position } }
  }
  const input = isDouble ? "numeric64" : "numeric"
  const column: SignatureColumn = {
    ...base,
    kind: "number",
    example: training.exampleRow === null ? null : numberAt(source, training.exampleRow),
    input,
    position: training.allocate(input, 1),
    integer: source.type === "integer",
    range: [sorted[0] ?? 0, sorted.at(-1) ?? 0],
  }
  return { fitted, column }
}

export function fitDatetime(plan: PlanOf<"datetime">, training: TrainingColumn): ColumnFit {
  const seconds = finiteNumbers(training).map(Math.floor)
  const days = seconds.map((moment) => Math.floor(moment / secondsPerDay))
  const secondsOfDay = seconds.map((moment, at) => moment - (days[at] ?? 0) * secondsPerDay)
  const sorted = sortedPresent(seconds)
  const imputeDay = Math.floor(medianOf(sortedPresent(days)))
  const imputeSecond = Math.floor(medianOf(sortedPresent(secondsOfDay)))
  const moments = Array.from(days, (day, at) =>
    Number.isNaN(day)
      ? datePartsOf(imputeDay, imputeSecond)
      : datePartsOf(day, secondsOfDay[at] ?? imputeSecond),
  )
  const parts = plan.dateParts.map((part) => {
    const values = Float64Array.from(moments, (moment) => moment.get(part) ?? 0)
    const [low, high] = clipRange(values.slice().sort(), null)
    return { part, low, high, ...scaleOf(values, plan.scale) }
  })
  const isDate = training.source.type === "date" || secondsOfDay.every((second) => !(second > 0))
  const precision = isDate ? "date" : "second"
  const column: SignatureColumn = {
    ...baseOf(plan.name, training),
    kind: "datetime",
    example:
      training.exampleRow === null
        ? null
        : formatDatetime(numberAt(training.source, training.exampleRow), precision),
    input: "numeric",
    position: training.allocate("numeric", 2),
    precision,
    formats: [...datetimeFormats],
    zone: "UTC",
    range: [sorted[0] ?? 0, sorted.at(-1) ?? 0],
  }
  const missingIndicator = indicates(plan.missingIndicator, training)
  return {
    column,
    fitted: { name: plan.name, use: "datetime", imputeDay, imputeSecond, parts, missingIndicator },
  }
}

/** Categories that the signature lists, so that a column of names does not fill the file; rarer ones are taken for unseen. */
export const categoriesListedMax = 10_000

export function fitCategory(plan: PlanOf<"category">, training: TrainingColumn): ColumnFit {
  const counts = new Map<string, number>()
  if (training.source.type !== "text") finiteNumbers(training)
  for (const row of training.rows) {
    const level = categoryAt(training.source, row)
    counts.set(level, (counts.get(level) ?? 0) + 1)
  }
  const ranked = [...counts].filter(([level]) => level !== "").sort(byRank)
  const kept = ranked.slice(0, plan.levelsMax).filter(([, rows]) => rows >= plan.rareLevelRowsMin)
  const levels = kept.map(([level]) => level)
  // Missing is no rival of the others for a rank, only too rare or not.
  const missingRows = counts.get("") ?? 0
  if (missingRows >= plan.rareLevelRowsMin) levels.push("")
  const isMissingRare = missingRows > 0 && missingRows < plan.rareLevelRowsMin
  const column: SignatureColumn = {
    ...baseOf(plan.name, training),
    kind: "category",
    example: training.exampleRow === null ? null : categoryAt(training.source, training.exampleRow),
    input: "text",
    position: training.allocate("text", 1),
    categories: ranked.slice(0, categoriesListedMax).map(([level]) => level),
    open: plan.open,
  }
  const hasOther = kept.length < ranked.length || isMissingRare
  return { column, fitted: { name: plan.name, use: "category", levels, hasOther } }
}

function baseOf(name: string, { missingCount }: TrainingColumn) {
  return { name, required: missingCount === 0, nullable: missingCount > 0 }
}

function finiteNumbers({ source, rows }: TrainingColumn): Float64Array {
  const values = new Float64Array(rows.length)
  for (const [at, row] of rows.entries()) {
    const value = numberAt(source, row)
    if (Math.abs(value) === Number.POSITIVE_INFINITY)
      throw fault("NUMBER_INFINITE", { column: source.name, row })
    values[at] = value
  }
  return values
}

/** Share of the distinct values that float32 may merge before a column is read in float64. */
export const mergedShareMax = 0.001

function needsFloat64(sorted: Float64Array): boolean {
  if (Math.max(-(sorted[0] ?? 0), sorted.at(-1) ?? 0) > float32Max) return true
  const distinct = distinctCount(sorted)
  return distinct - distinctCount(sorted.map(toFloat32)) > mergedShareMax * distinct
}

function drawIn(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}

/** Rounded once to float32, as the graph has them. */
function scaleOf(values: Float64Array, isScaled: boolean): { mean: number; deviation: number } {
  if (!isScaled) return { mean: 0, deviation: 1 }
  const { mean, deviation } = momentsOf(values)
  const rounded = toFloat32(deviation)
  return { mean: toFloat32(mean), deviation: rounded === 0 ? 1 : rounded }
}

function indicates(asked: "auto" | boolean, { missingCount, rows }: TrainingColumn): boolean {
  return asked === "auto" ? missingCount > missingIndicatorShareMin * rows.length : asked
}

function byRank(
  [one, oneRows]: readonly [string, number],
  [other, otherRows]: readonly [string, number],
): number {
  return otherRows - oneRows || (one < other ? -1 : 1)
}
