/** @file Emits all categories at once: one StringConcat with the columns' prefixes, one LabelEncoder, one matrix of levels. */
import assert from "node:assert"

import { int, ints } from "../onnx/attributes.ts"
import type { GraphBuilder } from "../onnx/builder.ts"
import { castTo, indexes, integer } from "./constants.ts"
import { categoriesOf, type Feature, type FittedRecipe } from "./fitted-recipe.ts"
import type { Signature } from "./signature.ts"

/** The codes of one graph: each known level of each column has one of its own, what was never seen the last. */
export type CategoryCodes = {
  /** int64 [batch, category columns]: 0 to `unseen`. */
  readonly value: string
  readonly unseen: number
  /** Code of the shared rare level of each column, or `unseen` where there is none. */
  readonly others: readonly number[]
  /** First code of each column, and how many it has. */
  readonly columns: readonly { readonly name: string; readonly first: number; readonly count: number }[]
  readonly features: readonly Feature[]
}

/** Null when there are no categories. Codes first the levels of column 0 and its rare level, then of column 1 and so on. */
export function emitCodes(
  builder: GraphBuilder,
  signature: Signature,
  fitted: FittedRecipe,
): CategoryCodes | null {
  const columns = categoriesOf(fitted)
  if (columns.length === 0) return null
  const places: CategoryCodes["columns"][number][] = []
  const keys: string[] = []
  const codes: number[] = []
  const features: Feature[] = []
  const others: number[] = []
  for (const [at, { name, levels, hasOther }] of columns.entries()) {
    places.push({ name, first: features.length, count: levels.length + (hasOther ? 1 : 0) })
    for (const level of levels) {
      keys.push(`${prefixOf(at)}${level}`)
      codes.push(features.length)
      features.push({ column: name, name: level === "" ? `${name} is missing` : `${name} = ${level}` })
    }
    others.push(hasOther ? features.length : -1)
    if (hasOther) features.push({ column: name, name: `${name} is rare` })
  }
  const texts = signature.columns.filter(({ kind }) => kind === "category")
  assert(texts.every(({ position }, at) => position === at))
  const unseen = features.length
  assert(unseen > 0)
  if (keys.length === 0) {
    // Only rare levels; the operator wants a key, and none without a prefix ever comes.
    keys.push("")
    codes.push(unseen)
  }
  const prefixes = builder.constant({
    type: "string",
    shape: [columns.length],
    data: columns.map((_, at) => prefixOf(at)),
  })
  const value = builder.op(
    "LabelEncoder",
    [builder.op("StringConcat", [prefixes, "text"])],
    { keys_strings: keys, values_int64s: ints(codes), default_int64: int(unseen) },
    "ai.onnx.ml",
  )
  return {
    value,
    unseen,
    others: others.map((code) => (code < 0 ? unseen : code)),
    columns: places,
    features,
  }
}

/** One-hot float32 [batch, levels]; a level that was never seen counts as a rare one, or as none where no rare ones were. */
export function emitCategories(builder: GraphBuilder, signature: Signature, fitted: FittedRecipe) {
  const codes = emitCodes(builder, signature, fitted)
  if (codes === null) return null
  const { unseen, others, features } = codes
  let { value } = codes
  if (others.some((code) => code !== unseen)) {
    const isUnseen = builder.op("Equal", [value, integer(builder, unseen)])
    value = builder.op("Where", [isUnseen, indexes(builder, others), value])
  }
  return { values: [emitOneHot(builder, value, unseen)], features }
}

/**
 * One float32 feature a column [batch, category columns], holding the code of its level within the column: levels, then the rare level. A
 * level that was never seen counts as a rare one; where no rare ones were it has the code after the last.
 */
export function emitCategoryCodes(builder: GraphBuilder, signature: Signature, fitted: FittedRecipe) {
  const codes = emitCodes(builder, signature, fitted)
  if (codes === null) return null
  const { value, unseen, others, columns } = codes
  const hasRare = columns.map((_, at) => others[at] !== unseen)
  const unseenCodes = columns.map(({ first, count }, at) => first + count - (hasRare[at] ? 1 : 0))
  const isUnseen = builder.op("Equal", [value, integer(builder, unseen)])
  const known = builder.op("Where", [isUnseen, indexes(builder, unseenCodes), value])
  const firsts = indexes(
    builder,
    columns.map(({ first }) => first),
  )
  return {
    values: [castTo(builder, builder.op("Sub", [known, firsts]), "float32")],
    features: columns.map(({ name }): Feature => ({ column: name, name })),
    levelCounts: columns.map(({ count }, at) => count + (hasRare[at] ? 0 : 1)),
  }
}

/** Digits and a colon: no prefix begins another, whatever text follows. */
function prefixOf(column: number): string {
  return `${column}:`
}

/**
 * Zeros with a 1 at each code, less the last column, where the unseen fall. OneHot and a sum over columns would need batch x columns x
 * levels of memory, 50 times as much for 50 columns.
 */
function emitOneHot(builder: GraphBuilder, codes: string, levelCount: number): string {
  const rowCount = builder.op("Shape", [codes], { start: int(0), end: int(1) })
  const shape = builder.op("Concat", [rowCount, indexes(builder, [levelCount + 1])], { axis: int(0) })
  const zeros = builder.op("ConstantOfShape", [shape])
  const ones = builder.op("ConstantOfShape", [builder.op("Shape", [codes])], {
    value: { kind: "tensor", value: { type: "float32", shape: [1], data: Float32Array.of(1) } },
  })
  const marked = builder.op("ScatterElements", [zeros, codes, ones], { axis: int(1) })
  const from = indexes(builder, [0])
  const to = indexes(builder, [levelCount])
  return builder.op("Slice", [marked, from, to, indexes(builder, [1])])
}
