/** @file The profile of a table as data. It stands apart from what makes it, so that a server can read profiles without loading DuckDB. */
import { z } from "zod"

import { columnTypes } from "./table.ts"

/** Times in `min`, `max`, `mean`, `quantiles` and `histogram` are seconds since 1970-01-01T00:00:00 UTC; null = does not apply. */
export const columnProfileSchema = z
  .object({
    name: z.string(),
    type: z.enum(columnTypes),
    missingCount: z.int(),
    distinctCount: z.int(),
    min: z.number().nullable(),
    max: z.number().nullable(),
    mean: z.number().nullable(),
    standardDeviation: z.number().nullable(),
    quantiles: z.array(z.object({ share: z.number(), value: z.number() })).nullable(),
    /** Above 1,000,000 rows quantiles are estimated. */
    areQuantilesApproximate: z.boolean(),
    /** Bin i holds the values from edges[i] to below edges[i + 1]; the last one includes its end. */
    histogram: z.object({ edges: z.array(z.number()), counts: z.array(z.int()) }).nullable(),
    /** The most frequent values, at most 20; times as RFC 3339, integers beyond 2^53 as text. */
    top: z.array(z.object({ value: z.union([z.string(), z.number(), z.boolean()]), count: z.int() })),
    /** Of texts: characters. */
    meanLength: z.number().nullable(),
    /** One value in every row, or none in any. */
    isConstant: z.boolean(),
    /** An integer or a text that is different in every row. */
    isIdentifier: z.boolean(),
    /** Share of the distinct numbers that float32 cannot tell from another one; above 0.001 it harms (DECISIONS 5). */
    float32MergedShare: z.number().nullable(),
  })
  .meta({ id: "ColumnProfile" })

export const profileSchema = z
  .object({
    rowCount: z.int(),
    /** Rows that equal an earlier row in every column. */
    duplicateRowCount: z.int(),
    columns: z.array(columnProfileSchema),
  })
  .meta({ id: "Profile" })

export type ColumnProfile = z.infer<typeof columnProfileSchema>
export type Profile = z.infer<typeof profileSchema>
