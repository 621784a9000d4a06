/** @file Short makers of attribute values; explicit, since a JavaScript number does not say whether ONNX should see an int or a float. */
import type { AttributeValue, Graph, TensorValue } from "./model.ts"

export function int(value: number | bigint): AttributeValue {
  return { kind: "int", value: BigInt(value) }
}

export function ints(values: Iterable<number | bigint>): AttributeValue {
  return { kind: "ints", value: BigInt64Array.from(values, BigInt) }
}

/** Rounded to float32, as the file stores it. */
export function float(value: number): AttributeValue {
  return { kind: "float", value: Math.fround(value) }
}

export function text(value: string): AttributeValue {
  return { kind: "string", value }
}

export function texts(values: readonly string[]): AttributeValue {
  return { kind: "strings", value: values }
}

export function tensor(value: TensorValue): AttributeValue {
  return { kind: "tensor", value }
}

export function graph(value: Graph): AttributeValue {
  return { kind: "graph", value }
}
