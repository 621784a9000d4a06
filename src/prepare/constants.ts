/** @file Constants and casts that emitting a recipe needs again and again. */
import { int } from "../onnx/attributes.ts"
import type { GraphBuilder } from "../onnx/builder.ts"

/** TensorProto.DataType numbers for Cast. */
export const elementNumbers = { float32: 1, int64: 7 } as const

export function castTo(builder: GraphBuilder, value: string, type: keyof typeof elementNumbers): string {
  return builder.op("Cast", [value], { to: int(elementNumbers[type]) })
}

/** A row of float32. */
export function floats(builder: GraphBuilder, values: readonly number[]): string {
  return builder.constant({ type: "float32", shape: [values.length], data: Float32Array.from(values) })
}

/** A row of int64. */
export function indexes(builder: GraphBuilder, values: readonly number[]): string {
  return builder.constant({
    type: "int64",
    shape: [values.length],
    data: BigInt64Array.from(values, BigInt),
  })
}

/** One int64, broadcast. */
export function integer(builder: GraphBuilder, value: number): string {
  return builder.constant({ type: "int64", shape: [], data: BigInt64Array.of(BigInt(value)) })
}

/** One float32, broadcast. */
export function float(builder: GraphBuilder, value: number): string {
  return builder.constant({ type: "float32", shape: [], data: Float32Array.of(value) })
}
