/** @file Packed rows as the tensors that a model file declares; the same for training and serving. */
import type { Tensors } from "../engine/session.ts"
import { inputWidths, type PackedRows, type Signature } from "./signature.ts"

export function feedsOf(signature: Signature, packed: PackedRows): Tensors {
  const { rowCount, numeric, numeric64, text } = packed
  const widths = inputWidths(signature)
  return {
    ...(numeric === null
      ? {}
      : { numeric: { type: "float32", shape: [rowCount, widths.numeric], data: numeric } as const }),
    ...(numeric64 === null
      ? {}
      : { numeric64: { type: "float64", shape: [rowCount, widths.numeric64], data: numeric64 } as const }),
    ...(text === null
      ? {}
      : { text: { type: "string", shape: [rowCount, widths.text], data: text } as const }),
  }
}
