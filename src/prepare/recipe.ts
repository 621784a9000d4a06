/** @file The plan of a recipe: what each column is used for and how; JSON that people read and edit before training. */
import { z } from "zod"

import { fault } from "../base/errors.ts"
import { ignoredReasons } from "./signature.ts"

export const dateParts = ["year", "month", "day_of_week", "day_of_year", "hour", "minute"] as const
export type DatePart = (typeof dateParts)[number]

/** A missing value becomes the median of the training rows, or a value of the user's. */
const impute = z.union([z.literal("median"), z.strictObject({ constant: z.number() })]).default("median")
/** `auto`: when more than `missingIndicatorShareMin` of the training rows are missing. */
const missingIndicator = z.union([z.literal("auto"), z.boolean()]).default("auto")
const share = z.number().min(0).max(1)

export const missingIndicatorShareMin = 0.01

export const planColumnSchema = z.discriminatedUnion("use", [
  z.strictObject({
    name: z.string(),
    use: z.literal("number"),
    impute,
    /** Subtract the mean, divide by the population deviation of the imputed and clipped training values. */
    scale: z.boolean().default(true),
    /** Shares of the training rows below and above which values are drawn in; null: to the trained range only. */
    /** Values beyond these shares of the training values, or beyond all of them, are drawn in; null leaves every value as it is. */
    clip: z.tuple([share, share]).nullable().default([0.001, 0.999]),
    missingIndicator,
  }),
  z.strictObject({
    name: z.string(),
    use: z.literal("boolean"),
    impute,
    scale: z.boolean().default(false),
    missingIndicator,
  }),
  z.strictObject({
    name: z.string(),
    use: z.literal("category"),
    /** Values with fewer training rows, or beyond the rank, share one level. */
    rareLevelRowsMin: z.int().min(1).default(10),
    levelsMax: z.int().min(1).max(1_000).default(50),
    /** Are unseen values answered (with a warning) instead of refused? */
    open: z.boolean().default(true),
  }),
  z.strictObject({
    name: z.string(),
    use: z.literal("datetime"),
    dateParts: z.array(z.enum(dateParts)).min(1),
    scale: z.boolean().default(true),
    missingIndicator,
  }),
  z.strictObject({
    name: z.string(),
    use: z.literal("ignore"),
    reason: z.enum(ignoredReasons).exclude(["target"]).default("chosen"),
  }),
])
export type PlanColumn = z.infer<typeof planColumnSchema>

export const recipePlanSchema = z.strictObject({
  version: z.literal(1),
  /** Columns of the data that are not named are ignored. */
  columns: z.array(planColumnSchema).refine(haveDistinctNames, "a column is named twice"),
})
export type RecipePlan = z.infer<typeof recipePlanSchema>

/** Options that are left out get their defaults. Throws RECIPE_INVALID with the first place that is wrong. */
export function parseRecipePlan(json: unknown): RecipePlan {
  const parsed = recipePlanSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue === undefined || issue.path.length === 0 ? "its root" : issue.path.join(".")
  throw fault("RECIPE_INVALID", { place, problem: issue?.message ?? "unreadable" })
}

function haveDistinctNames(columns: readonly { readonly name: string }[]): boolean {
  return new Set(columns.map(({ name }) => name)).size === columns.length
}
