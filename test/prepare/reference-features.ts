/** @file Features computed cell by cell in plain TypeScript: the independent check of the graph that compile.ts emits. */
import assert from "node:assert/strict"

import type { FeatureForm } from "../../src/prepare/compile.ts"
import type { FittedRecipe } from "../../src/prepare/fitted-recipe.ts"
import { type DatePart, dateParts } from "../../src/prepare/recipe.ts"
import { inputWidths, type PackedRows, type Signature } from "../../src/prepare/signature.ts"

/** Row-major [rows, features], in the order that emitFeatures documents. */
export function featuresOf(
  packed: PackedRows,
  signature: Signature,
  fitted: FittedRecipe,
  form: FeatureForm = "oneHot",
): Float32Array {
  const rows = Array.from({ length: packed.rowCount }, (_, row) =>
    rowFeatures(packed, row, { signature, fitted, form }),
  )
  return Float32Array.from(rows.flat())
}

function rowFeatures(
  packed: PackedRows,
  row: number,
  {
    signature,
    fitted,
    form,
  }: { readonly signature: Signature; readonly fitted: FittedRecipe; readonly form: FeatureForm },
): number[] {
  const widths = inputWidths(signature)
  const columns = signature.columns.map((column, at) => ({ column, figures: fitted.columns[at] }))
  const scaled: number[] = []
  const indicators: number[] = []
  const levels: number[] = []
  for (const input of ["numeric", "numeric64"] as const)
    for (const { column, figures } of columns) {
      if (column.input !== input || (figures?.use !== "number" && figures?.use !== "boolean")) continue
      const cell = packed[input]?.[row * widths[input] + column.position] ?? 0
      const value = Math.fround(cell - (figures.centre ?? 0))
      scaled.push(scaledOf(Number.isNaN(cell) ? figures.impute : value, figures))
      if (figures.missingIndicator) indicators.push(Number(Number.isNaN(cell)))
    }
  for (const part of dateParts)
    for (const { column, figures } of columns) {
      if (figures?.use !== "datetime") continue
      const at = row * widths.numeric + column.position
      const day = orElse(packed.numeric?.[at], figures.imputeDay)
      const second = orElse(packed.numeric?.[at + 1], figures.imputeSecond)
      const fitting = figures.parts.find((other) => other.part === part)
      if (fitting !== undefined) scaled.push(scaledOf(partOf(part, day, second), fitting))
    }
  for (const { column, figures } of columns) {
    if (figures?.use === "datetime" && figures.missingIndicator)
      indicators.push(Number(Number.isNaN(packed.numeric?.[row * widths.numeric + column.position])))
    if (figures?.use !== "category") continue
    const text = packed.text?.[row * widths.text + column.position] ?? ""
    if (form === "coded") {
      const known = figures.levels.indexOf(text)
      levels.push(known < 0 ? figures.levels.length : known)
      continue
    }
    for (const level of figures.levels) levels.push(Number(level === text))
    if (figures.hasOther) levels.push(Number(!figures.levels.includes(text)))
  }
  return [...scaled, ...indicators, ...levels]
}

function orElse(value: number | undefined, other: number): number {
  assert(value !== undefined)
  return Number.isNaN(value) ? other : value
}

type Figures = { low: number; high: number; mean: number; deviation: number }

function scaledOf(value: number, { low, high, mean, deviation }: Figures): number {
  return Math.fround((Math.min(Math.max(value, low), high) - mean) / deviation)
}

/** By JavaScript's own calendar. */
function partOf(part: DatePart, day: number, second: number): number {
  const dayMs = 86_400_000
  const first = new Date("0001-01-01T00:00:00Z").getTime() / dayMs
  const last = new Date("9999-12-31T00:00:00Z").getTime() / dayMs
  const whole = Math.trunc(Math.min(Math.max(day, first), last))
  const clock = Math.trunc(Math.min(Math.max(second, 0), 86_399))
  const date = new Date(whole * dayMs + clock * 1000)
  switch (part) {
    case "year":
      return date.getUTCFullYear()
    case "month":
      return date.getUTCMonth() + 1
    case "day_of_week":
      return (date.getUTCDay() + 6) % 7
    case "day_of_year": {
      const newYear = `${String(date.getUTCFullYear()).padStart(4, "0")}-01-01T00:00:00Z`
      return whole - new Date(newYear).getTime() / dayMs + 1
    }
    case "hour":
      return date.getUTCHours()
    case "minute":
      return date.getUTCMinutes()
  }
}
