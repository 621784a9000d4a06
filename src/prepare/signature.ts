/** @file The signature of a model file: what a raw row must hold and what comes back; enough to check and pack a row without the graph. */
import { z } from "zod"

export const tasks = ["binary", "multiclass", "regression"] as const
export type Task = (typeof tasks)[number]

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()])
/** A JSON value of one cell of a raw row. */
export type Cell = z.infer<typeof cell>

const base = {
  name: z.string(),
  /** Must the key be present in every row? */
  required: z.boolean(),
  /** May the value be null (missing)? It is imputed and warned about. */
  nullable: z.boolean(),
  /** A real value of the training rows, for examples and forms. */
  example: cell,
}

/** `position` is the first column of `input` that this column fills; `datetime` fills two (day number, second of the day). */
const signatureColumn = z.discriminatedUnion("kind", [
  z.strictObject({
    ...base,
    kind: z.literal("number"),
    input: z.enum(["numeric", "numeric64"]),
    position: z.int(),
    integer: z.boolean(),
    /** Least and greatest value of the training rows; beyond it an answer carries a warning. */
    range: z.tuple([z.number(), z.number()]),
  }),
  z.strictObject({ ...base, kind: z.literal("boolean"), input: z.literal("numeric"), position: z.int() }),
  z.strictObject({
    ...base,
    kind: z.literal("category"),
    input: z.literal("text"),
    position: z.int(),
    categories: z.array(z.string()),
    /** Are unseen categories answered (with a warning) instead of refused? */
    open: z.boolean(),
  }),
  z.strictObject({
    ...base,
    kind: z.literal("datetime"),
    input: z.literal("numeric"),
    position: z.int(),
    /** `date`: no time of day in the training rows. */
    precision: z.enum(["date", "second"]),
    /** Accepted texts, as documented in docs/model-file.md; `iso` is RFC 3339, a space for the T allowed. */
    formats: z.array(z.enum(["iso", "yyyy-mm-dd", "yyyy/mm/dd", "yyyymmdd", "yyyy年m月d日"])),
    zone: z.literal("UTC"),
    range: z.tuple([z.number(), z.number()]),
  }),
])
export type SignatureColumn = z.infer<typeof signatureColumn>

export const ignoredReasons = ["target", "identifier", "constant", "text", "chosen"] as const

export const signatureSchema = z.strictObject({
  version: z.literal(1),
  task: z.enum(tasks),
  target: z.string(),
  columns: z.array(signatureColumn),
  /** Columns of the data that the model does not read; present in a row they are ignored with a warning. */
  ignored: z.array(z.strictObject({ name: z.string(), reason: z.enum(ignoredReasons) })),
  /** Classification: in the order of `probabilities`; all texts, or all numbers for an integer target. */
  classes: z.union([z.array(z.string()), z.array(z.int())]).nullable(),
  positiveClass: z.union([z.string(), z.int()]).nullable(),
  /** Binary: a row is of the positive class when its probability is at least this. */
  threshold: z.number().nullable(),
})
export type Signature = z.infer<typeof signatureSchema>

/** Widths of the inputs of the file; a file has only those that are not 0. */
export type InputWidths = { readonly numeric: number; readonly numeric64: number; readonly text: number }

export function inputWidths(signature: Signature): InputWidths {
  const widths = { numeric: 0, numeric64: 0, text: 0 }
  for (const column of signature.columns) widths[column.input] += column.kind === "datetime" ? 2 : 1
  return widths
}

/** Rows packed for one run: row-major, absent where the width is 0. */
export type PackedRows = {
  readonly rowCount: number
  readonly numeric: Float32Array | null
  readonly numeric64: Float64Array | null
  readonly text: readonly string[] | null
}
