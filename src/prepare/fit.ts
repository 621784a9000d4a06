/** @file Fits a recipe on training rows: the signature that rows are packed by, and the figures that the graph computes with. */

import { fault } from "../base/errors.ts"
import { defaultThreshold } from "../evaluate/threshold.ts"
import { columnOf, type Table, type TableColumn } from "../table/table.ts"
import { type ColumnFit, fitCategory, fitDatetime, fitNumber } from "./fit-column.ts"
import type { FittedRecipe } from "./fitted-recipe.ts"
import { numberAt } from "./pack-table.ts"
import type { PlanColumn, RecipePlan } from "./recipe.ts"
import type { Signature, SignatureColumn } from "./signature.ts"
import type { Target } from "./target.ts"

export type Fit = { readonly signature: Signature; readonly fitted: FittedRecipe }

/**
 * Fitted in float64 on values rounded to float32 as packing rounds them; each figure is rounded once. A column that had missing cells in
 * the training rows may be missing later (`nullable`, not `required`); others must be given. Throws RECIPE_COLUMN_UNKNOWN,
 * RECIPE_COLUMN_KIND, RECIPE_EMPTY, NUMBER_INFINITE.
 */
export function fitRecipe(options: {
  readonly plan: RecipePlan
  readonly table: Table
  readonly target: Target
  readonly trainingRows: Uint32Array
}): Fit {
  const { plan, table, target, trainingRows: rows } = options
  const used = usedColumns(plan, table, target)
  if (used.length === 0) throw fault("RECIPE_EMPTY", { target: target.name })
  for (const column of used) checkKind(column, rows)
  const exampleRow = mostCompleteRow(used, rows)
  const positions = { numeric: 0, numeric64: 0, text: 0 }
  const allocate = (input: SignatureColumn["input"], width: number) => {
    const position = positions[input]
    positions[input] += width
    return position
  }
  const fits = used.map((column) => fitColumn({ ...column, rows, exampleRow, allocate }))
  return {
    signature: {
      version: 1,
      task: target.task,
      target: target.name,
      columns: fits.map(({ column }) => column),
      ignored: ignoredOf(table, target, plan),
      classes: target.classes,
      positiveClass: target.positiveClass,
      threshold: target.task === "binary" ? defaultThreshold : null,
    },
    fitted: { version: 1, columns: fits.map(({ fitted }) => fitted) },
  }
}

type UsedPlan = Exclude<PlanColumn, { use: "ignore" }>
type UsedColumn = { readonly plan: UsedPlan; readonly source: TableColumn }

function usedColumns(plan: RecipePlan, table: Table, target: Target): readonly UsedColumn[] {
  const used: UsedColumn[] = []
  for (const column of plan.columns) {
    const source = columnOf(table, column.name)
    if (source === undefined) throw fault("RECIPE_COLUMN_UNKNOWN", { column: column.name })
    if (column.use !== "ignore" && column.name !== target.name) used.push({ plan: column, source })
  }
  return used
}

const usableTypes: Readonly<Record<UsedPlan["use"], readonly TableColumn["type"][]>> = {
  number: ["integer", "number"],
  boolean: ["boolean", "integer", "number"],
  category: ["text", "integer", "number", "boolean"],
  datetime: ["date", "timestamp"],
}

function checkKind({ plan, source }: UsedColumn, rows: Uint32Array): void {
  const isUsable = usableTypes[plan.use].includes(source.type)
  if (isUsable && (plan.use !== "boolean" || holdsZeroAndOne(source, rows))) return
  throw fault("RECIPE_COLUMN_KIND", { column: plan.name, use: plan.use, type: source.type })
}

function holdsZeroAndOne(source: TableColumn, rows: Uint32Array): boolean {
  return rows.every((row) => {
    const value = numberAt(source, row)
    return value === 0 || value === 1 || Number.isNaN(value)
  })
}

const exampleRowsMax = 1_000

/** One real row for all examples, so that they belong together. */
function mostCompleteRow(used: readonly UsedColumn[], rows: Uint32Array): number {
  let best = 0
  let fewest = Number.POSITIVE_INFINITY
  for (const row of rows.subarray(0, exampleRowsMax)) {
    const missing = used.filter(({ source }) => isMissing(source, row)).length
    if (missing >= fewest) continue
    best = row
    fewest = missing
    if (missing === 0) break
  }
  return best
}

export function isMissing(source: TableColumn, row: number): boolean {
  return source.type === "text" ? (source.values[row] ?? "") === "" : Number.isNaN(numberAt(source, row))
}

function fitColumn({
  plan,
  source,
  rows,
  exampleRow,
  allocate,
}: UsedColumn & {
  readonly rows: Uint32Array
  readonly exampleRow: number
  readonly allocate: (input: SignatureColumn["input"], width: number) => number
}): ColumnFit {
  const missingCount = rows.filter((row) => isMissing(source, row)).length
  const shownRow = isMissing(source, exampleRow) ? rows.find((row) => !isMissing(source, row)) : exampleRow
  const training = { source, rows, missingCount, exampleRow: shownRow ?? null, allocate }
  switch (plan.use) {
    case "number":
    case "boolean":
      return fitNumber(plan, training)
    case "datetime":
      return fitDatetime(plan, training)
    case "category":
      return fitCategory(plan, training)
  }
}

/** The target, what the plan ignores, and what it does not name. */
function ignoredOf(table: Table, target: Target, plan: RecipePlan): Signature["ignored"] {
  const planned = new Map(plan.columns.map((column) => [column.name, column]))
  const ignored: Signature["ignored"] = [{ name: target.name, reason: "target" }]
  for (const { name } of table.columns) {
    if (name === target.name) continue
    const column = planned.get(name)
    if (column === undefined) ignored.push({ name, reason: "chosen" })
    else if (column.use === "ignore") ignored.push({ name, reason: column.reason })
  }
  return ignored
}
