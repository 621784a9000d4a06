/** @file What a recipe learned from the training rows; JSON, kept in the model file as `quernstone.recipe`. */
import { z } from "zod"

import { dateParts } from "./recipe.ts"
import type { Signature } from "./signature.ts"

/** Drawn in to low..high, then (x - mean) / deviation; every figure is a float32 (after the centre was subtracted). */
const scalar = { low: z.number(), high: z.number(), mean: z.number(), deviation: z.number().positive() }

const fittedColumn = z.discriminatedUnion("use", [
  z.strictObject({
    name: z.string(),
    use: z.enum(["number", "boolean"]),
    /** Subtracted in float64 before anything else; null in columns of `numeric`. */
    centre: z.number().nullable(),
    impute: z.number(),
    ...scalar,
    missingIndicator: z.boolean(),
  }),
  z.strictObject({
    name: z.string(),
    use: z.literal("datetime"),
    imputeDay: z.int(),
    imputeSecond: z.int(),
    parts: z.array(z.strictObject({ part: z.enum(dateParts), ...scalar })),
    missingIndicator: z.boolean(),
  }),
  z.strictObject({
    name: z.string(),
    use: z.literal("category"),
    /** One feature each, the most frequent first; "" is missing. */
    levels: z.array(z.string()),
    /** One more feature for rare levels of the training rows; what was never seen is counted in with them. */
    hasOther: z.boolean(),
  }),
])
export type FittedColumn = z.infer<typeof fittedColumn>

/** Columns are those of the signature, in its order. */
export const fittedRecipeSchema = z.strictObject({ version: z.literal(1), columns: z.array(fittedColumn) })
export type FittedRecipe = z.infer<typeof fittedRecipeSchema>

/** A feature: the raw column that it comes from, and its own name. */
export type Feature = { readonly column: string; readonly name: string }

/** One column of the scaled block of features. */
export type Scalar = Feature & {
  readonly low: number
  readonly high: number
  readonly mean: number
  readonly deviation: number
}

type FittedOf<Use extends FittedColumn["use"]> = Extract<FittedColumn, { use: Use }>

export function numbersOf(signature: Signature, fitted: FittedRecipe, input: "numeric" | "numeric64") {
  const columns: FittedOf<"number" | "boolean">[] = []
  for (const [at, column] of fitted.columns.entries())
    if ((column.use === "number" || column.use === "boolean") && signature.columns[at]?.input === input)
      columns.push(column)
  return columns
}

export function datetimesOf(fitted: FittedRecipe) {
  return fitted.columns.filter((column) => column.use === "datetime")
}

export function categoriesOf(fitted: FittedRecipe) {
  return fitted.columns.filter((column) => column.use === "category")
}
