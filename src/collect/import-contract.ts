/** @file What the server hands to the import child and what comes back. */
import { z } from "zod"

import { profileSchema } from "../table/profile-schema.ts"
import { columnTypes } from "../table/table.ts"

export const importOptionsSchema = z.object({
  filename: z.string().nullable(),
  delimiter: z.string().nullable(),
  decimal: z.enum([".", ","]).nullable(),
  header: z.boolean().nullable(),
  encoding: z.string().nullable(),
})
export type ImportOptions = z.infer<typeof importOptionsSchema>

/** Kept in every language; the reader's is chosen when it is shown. */
export const sentenceSchema = z.object({ en: z.string(), zh: z.string() })

export const rejectedRowSchema = z.object({
  line: z.number(),
  column: z.string().nullable(),
  reason: sentenceSchema,
  text: z.string(),
})
export type RejectedRow = z.infer<typeof rejectedRowSchema>

export const columnSchemaSchema = z.object({ name: z.string(), type: z.enum(columnTypes) })

export const importOutputSchema = z.object({
  parquetPath: z.string(),
  schema: z.array(columnSchemaSchema),
  rowCount: z.number(),
  rejected: z.object({ count: z.number(), rows: z.array(rejectedRowSchema) }),
  dialect: z.object({
    delimiter: z.string(),
    decimal: z.enum([".", ","]),
    hasHeader: z.boolean(),
    encoding: z.string(),
  }),
  warnings: z.array(sentenceSchema),
  profile: profileSchema,
  contentDigest: z.string(),
})
export type ImportOutput = z.infer<typeof importOutputSchema>
