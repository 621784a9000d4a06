/** @file Emits a fitted recipe as ONNX nodes: packed inputs to one float32 matrix of features. No node fails on any input of the right type and shape. */
import assert from "node:assert"

import { int } from "../onnx/attributes.ts"
import type { GraphBuilder } from "../onnx/builder.ts"
import { emitCategories, emitCategoryCodes } from "./compile-categories.ts"
import { emitDateParts } from "./compile-dates.ts"
import { castTo, floats, indexes } from "./constants.ts"
import { datetimesOf, type Feature, type FittedRecipe, numbersOf, type Scalar } from "./fitted-recipe.ts"
import { inputWidths, type Signature } from "./signature.ts"

/** How categories stand among the features: a 1 among zeros a level, or one number a column, which a network embeds. */
export type FeatureForm = "oneHot" | "coded"

export type EmittedFeatures = {
  /** The name of a float32 value [batch, features]. */
  readonly value: string
  /** In the order of the value's columns. */
  readonly features: readonly Feature[]
  /** Features that hold codes 0 to levelCount - 1; none in the one-hot form. */
  readonly categories: readonly { readonly feature: number; readonly levelCount: number }[]
}

/** Declares those of `numeric`, `numeric64` and `text` that the signature needs, each [batch, width]; once a file. */
export function declareInputs(builder: GraphBuilder, signature: Signature): void {
  const widths = inputWidths(signature)
  if (widths.numeric > 0) builder.input("numeric", "float32", ["batch", widths.numeric])
  if (widths.numeric64 > 0) builder.input("numeric64", "float64", ["batch", widths.numeric64])
  if (widths.text > 0) builder.input("text", "string", ["batch", widths.text])
}

/**
 * Features in this order: numbers and booleans of `numeric`, then of `numeric64`, parts of dates, indicators of missing values, one-hot
 * levels or, in the coded form, the code of each category column. Reads the inputs that `declareInputs` declared.
 */
export function emitFeatures(
  builder: GraphBuilder,
  signature: Signature,
  fitted: FittedRecipe,
  form: FeatureForm = "oneHot",
): EmittedFeatures {
  const scalars = emitScalars(builder, signature, fitted)
  const coded = form === "coded" ? emitCategoryCodes(builder, signature, fitted) : null
  const oneHot = form === "oneHot" ? emitCategories(builder, signature, fitted) : null
  const blocks: string[] = []
  const features: Feature[] = []
  for (const emitted of [scalars, coded, oneHot]) {
    if (emitted === null) continue
    blocks.push(...emitted.values)
    features.push(...emitted.features)
  }
  assert(features.length > 0)
  const before = scalars?.features.length ?? 0
  const categories = (coded?.levelCounts ?? []).map((levelCount, at) => ({
    feature: before + at,
    levelCount,
  }))
  return { value: concatenate(builder, blocks), features, categories }
}

/** All numbers at once: one Where fills in, one Max and Min draw in, one Sub and Div scale. */
function emitScalars(builder: GraphBuilder, signature: Signature, fitted: FittedRecipe) {
  const numbers = [...numbersOf(signature, fitted, "numeric"), ...numbersOf(signature, fitted, "numeric64")]
  const dates = datetimesOf(fitted).length === 0 ? null : emitDateParts(builder, signature, fitted)
  const raw = numbers.length === 0 ? null : concatenate(builder, rawNumbers(builder, signature, fitted))
  const scalars: Scalar[] = [
    ...numbers.map((number) => ({ ...number, column: number.name })),
    ...(dates?.scalars ?? []),
  ]
  if (scalars.length === 0) return null

  const indicators: string[] = []
  const features: Feature[] = scalars.map(({ column, name }) => ({ column, name }))
  let filled: string | null = null
  if (raw !== null) {
    const isMissing = builder.op("IsNaN", [raw])
    const imputes = floats(
      builder,
      numbers.map(({ impute }) => impute),
    )
    filled = builder.op("Where", [isMissing, imputes, raw])
    const indicating = numbers.flatMap(({ missingIndicator }, at) => (missingIndicator ? [at] : []))
    if (indicating.length > 0) {
      indicators.push(castTo(builder, pick(builder, isMissing, indicating, numbers.length), "float32"))
      features.push(...indicating.map((at) => indicatorOf(numbers[at]?.name ?? "")))
    }
  }
  if (dates !== null && dates.indicating.length > 0) {
    const picked = pick(builder, dates.isMissing, dates.indicating, datetimesOf(fitted).length)
    indicators.push(castTo(builder, picked, "float32"))
    features.push(...dates.indicating.map((at) => indicatorOf(datetimesOf(fitted)[at]?.name ?? "")))
  }
  const parts = dates === null ? [] : [dates.value]
  const all = concatenate(builder, filled === null ? parts : [filled, ...parts])
  return { values: [scale(builder, all, scalars), ...indicators], features }
}

/** `numeric` without its dates; `numeric64` less the centres, in float32 from there on. */
function rawNumbers(builder: GraphBuilder, signature: Signature, fitted: FittedRecipe): readonly string[] {
  const values: string[] = []
  const width = inputWidths(signature).numeric
  const positions = signature.columns
    .filter(({ kind, input }) => input === "numeric" && kind !== "datetime")
    .map(({ position }) => position)
  if (positions.length > 0) values.push(pick(builder, "numeric", positions, width))
  const doubles = numbersOf(signature, fitted, "numeric64")
  if (doubles.length > 0) {
    const data = Float64Array.from(doubles, ({ centre }) => centre ?? 0)
    const centres = builder.constant({ type: "float64", shape: [data.length], data })
    values.push(castTo(builder, builder.op("Sub", ["numeric64", centres]), "float32"))
  }
  return values
}

function scale(builder: GraphBuilder, value: string, scalars: readonly Scalar[]): string {
  const row = (of: (scalar: Scalar) => number) => floats(builder, scalars.map(of))
  const atLeast = builder.op("Max", [value, row(({ low }) => low)])
  const drawnIn = builder.op("Min", [atLeast, row(({ high }) => high)])
  const isScaled = scalars.some(({ mean, deviation }) => mean !== 0 || deviation !== 1)
  if (!isScaled) return drawnIn
  // Subtract first: the mean of an offset column is large, and x * a + b would lose what they differ in.
  const centred = builder.op("Sub", [drawnIn, row(({ mean }) => mean)])
  return builder.op("Div", [centred, row(({ deviation }) => deviation)])
}

/** Columns of a matrix of this width; the matrix itself when they are all of it. */
function pick(builder: GraphBuilder, value: string, columns: readonly number[], width: number): string {
  const areAll = columns.length === width && columns.every((column, at) => column === at)
  return areAll ? value : builder.op("Gather", [value, indexes(builder, columns)], { axis: int(1) })
}

function concatenate(builder: GraphBuilder, values: readonly string[]): string {
  const [only] = values
  assert(only !== undefined)
  return values.length === 1 ? only : builder.op("Concat", values, { axis: int(1) })
}

function indicatorOf(column: string): Feature {
  return { column, name: `${column} is missing` }
}
