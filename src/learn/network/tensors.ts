/** @file Tensors of sessions whose type a network's graphs fix. */
import assert from "node:assert"

import type { Tensor } from "../../engine/session.ts"

export function float32Of(data: Float32Array, shape: readonly number[]): Tensor {
  return { type: "float32", shape, data }
}

export function floatsOf(tensor: Tensor | undefined): Float32Array {
  assert(tensor?.type === "float32")
  return tensor.data
}
