/** @file Short makers of tensors; the shape is one dimension of all values unless given, `[]` makes a scalar. */
import assert from "node:assert"

import { elementCountOf } from "./element-types.ts"

export function float32(values: Iterable<number>, shape?: readonly number[]) {
  const data = Float32Array.from(values)
  return { type: "float32" as const, shape: checkedShape(data.length, shape), data }
}

export function float64(values: Iterable<number>, shape?: readonly number[]) {
  const data = Float64Array.from(values)
  return { type: "float64" as const, shape: checkedShape(data.length, shape), data }
}

export function int64(values: Iterable<number | bigint>, shape?: readonly number[]) {
  const data = BigInt64Array.from(values, BigInt)
  return { type: "int64" as const, shape: checkedShape(data.length, shape), data }
}

export function int32(values: Iterable<number>, shape?: readonly number[]) {
  const data = Int32Array.from(values)
  return { type: "int32" as const, shape: checkedShape(data.length, shape), data }
}

export function uint8(values: Iterable<number>, shape?: readonly number[]) {
  const data = Uint8Array.from(values)
  return { type: "uint8" as const, shape: checkedShape(data.length, shape), data }
}

export function bool(values: Iterable<boolean>, shape?: readonly number[]) {
  const data = Uint8Array.from(values, Number)
  return { type: "bool" as const, shape: checkedShape(data.length, shape), data }
}

export function strings(values: readonly string[], shape?: readonly number[]) {
  return { type: "string" as const, shape: checkedShape(values.length, shape), data: values }
}

function checkedShape(count: number, shape: readonly number[] | undefined): readonly number[] {
  if (shape === undefined) return [count]
  assert(elementCountOf(shape) === count, `${count} values do not fill the shape [${shape.join(", ")}]`)
  return shape
}
