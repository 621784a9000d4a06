/** @file Signatures and limits for the tests of this folder. */
import { readFileSync } from "node:fs"

import { z } from "zod"

import { type Signature, signatureSchema } from "../../src/prepare/signature.ts"

export const limits = { problemsListedMax: 100 }

const vectorCase = z.strictObject({
  name: z.string(),
  rows: z.array(z.unknown()),
  strict: z.boolean(),
  expected: z.union([
    z.strictObject({
      numeric: z.array(z.number().nullable()),
      numeric64: z.array(z.number().nullable()),
      text: z.array(z.string()),
      warnings: z.array(z.strictObject({ row: z.int(), column: z.string(), code: z.string() })),
    }),
    z.strictObject({
      problemCount: z.int(),
      problems: z.array(z.strictObject({ row: z.int(), column: z.string().optional(), code: z.string() })),
    }),
  ]),
})

/** The vectors that every client runs, from the root of the package. */
export function readVectors() {
  const text = readFileSync(new URL(vectorsPath, import.meta.url), "utf8")
  return z
    .strictObject({ about: z.string(), signature: signatureSchema, cases: z.array(vectorCase) })
    .parse(JSON.parse(text))
}

/** From dist/test/prepare. */
const vectorsPath = "../../../test/vectors/pack.json"

/** A signature of these columns, for a regression that nothing else matters in. */
export function signatureOf(columns: Signature["columns"]): Signature {
  return {
    version: 1,
    task: "regression",
    target: "y",
    columns,
    ignored: [{ name: "y", reason: "target" }],
    classes: null,
    positiveClass: null,
    threshold: null,
  }
}
