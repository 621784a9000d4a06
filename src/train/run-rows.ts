/** @file Runs packed rows through a session in parts, which bounds the memory that ONNX Runtime takes beside the rows. */
import assert from "node:assert"

import { openSession } from "../engine/open-session.ts"
import { feedsOf } from "../prepare/feeds.ts"
import type { PackedRows, Signature } from "../prepare/signature.ts"

const rowsPerRun = 8_192

/** One numeric output of a model file for every packed row, part after part. */
export async function runRows(options: {
  readonly bytes: Uint8Array
  readonly signature: Signature
  readonly packed: PackedRows
  readonly output: string
  /** Called with the values of the rows from `from` on. */
  readonly onPart: (values: Float32Array | Float64Array, from: number) => void
}): Promise<void> {
  const { bytes, signature, packed, output, onPart } = options
  const session = await openSession(bytes, { threads: 1 })
  try {
    for (let from = 0; from < packed.rowCount; from += rowsPerRun) {
      const part = sliceRows(packed, from, Math.min(from + rowsPerRun, packed.rowCount))
      const tensor = (await session.run(feedsOf(signature, part)))[output]
      assert(tensor?.type === "float32" || tensor?.type === "float64", `no numeric output ${output}`)
      onPart(tensor.data, from)
    }
  } finally {
    await session.close()
  }
}

/** Rows [from, to) of packed rows, without a copy of numbers. */
function sliceRows(packed: PackedRows, from: number, to: number): PackedRows {
  const part = (width: number): [number, number] => [from * width, to * width]
  const { rowCount, numeric, numeric64, text } = packed
  const width = (values: { readonly length: number } | null) =>
    values === null ? 0 : values.length / rowCount
  return {
    rowCount: to - from,
    numeric: numeric?.subarray(...part(width(numeric))) ?? null,
    numeric64: numeric64?.subarray(...part(width(numeric64))) ?? null,
    text: text?.slice(...part(width(text))) ?? null,
  }
}
