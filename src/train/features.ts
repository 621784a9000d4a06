/** @file Training features come out of the same graph nodes that the served file has, so that there is no skew to test for. */
import assert from "node:assert"

import { openSession } from "../engine/open-session.ts"
import type { Session } from "../engine/session.ts"
import { createGraphBuilder } from "../onnx/builder.ts"
import { encodeModel } from "../onnx/codec.ts"
import { declareInputs, emitFeatures } from "../prepare/compile.ts"
import { feedsOf } from "../prepare/feeds.ts"
import type { Feature, FittedRecipe } from "../prepare/fitted-recipe.ts"
import { packTable } from "../prepare/pack-table.ts"
import type { PackedRows, Signature } from "../prepare/signature.ts"
import type { Table } from "../table/table.ts"

export type Features = {
  readonly rowCount: number
  readonly featureCount: number
  /** Row-major [rowCount, featureCount]. */
  readonly values: Float32Array
  readonly names: readonly Feature[]
}

/** Rows of one run; bounds the memory that ONNX Runtime takes beside the matrix. */
const rowsPerRun = 8_192

/** Features of chosen rows of a table. */
export async function featuresOf(options: {
  readonly table: Table
  readonly signature: Signature
  readonly fitted: FittedRecipe
  readonly rows: Uint32Array
}): Promise<Features> {
  const { table, signature, fitted, rows } = options
  return computeFeatures(signature, fitted, packTable(signature, table, rows))
}

/** Runs the recipe's nodes over packed rows. */
async function computeFeatures(
  signature: Signature,
  fitted: FittedRecipe,
  packed: PackedRows,
): Promise<Features> {
  const builder = createGraphBuilder()
  declareInputs(builder, signature)
  const { value, features } = emitFeatures(builder, signature, fitted)
  builder.output(value, "features", "float32", ["batch", features.length])
  const session = await openSession(encodeModel(builder.build({ name: "features", metadata: {} })), {
    threads: 1,
  })
  try {
    const values = new Float32Array(packed.rowCount * features.length)
    for (let from = 0; from < packed.rowCount; from += rowsPerRun)
      values.set(
        await run(session, signature, sliceRows(packed, from, Math.min(from + rowsPerRun, packed.rowCount))),
        from * features.length,
      )
    return { rowCount: packed.rowCount, featureCount: features.length, values, names: features }
  } finally {
    await session.close()
  }
}

/** Rows [from, to) of packed rows, without a copy of numbers. */
export function sliceRows(packed: PackedRows, from: number, to: number): PackedRows {
  const part = (width: number): [number, number] => [from * width, to * width]
  const { rowCount, numeric, numeric64, text } = packed
  const width = (values: { readonly length: number } | null) =>
    values === null || rowCount === 0 ? 0 : values.length / rowCount
  return {
    rowCount: to - from,
    numeric: numeric?.subarray(...part(width(numeric))) ?? null,
    numeric64: numeric64?.subarray(...part(width(numeric64))) ?? null,
    text: text?.slice(...part(width(text))) ?? null,
  }
}

async function run(session: Session, signature: Signature, packed: PackedRows): Promise<Float32Array> {
  const { features } = await session.run(feedsOf(signature, packed))
  assert(features?.type === "float32")
  return features.data
}
