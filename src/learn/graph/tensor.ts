/** @file Symbolic tensors: what networks are written in before they become ONNX nodes. They are values: a graph is whatever its outputs reach. */
import type { AttributeValue, TensorValue } from "../../onnx/model.ts"
import type { Operator } from "./operator.ts"

export type ElementType = "float32" | "float64" | "int64" | "int32" | "uint32" | "bool"

/** A size, or the name of a free one; free sizes of one name are equal. */
export type Dimension = number | string
export type Shape = readonly Dimension[]
export type TensorInfo = { readonly type: ElementType; readonly shape: Shape }

/** A value of a graph that is being written: its type and shape, and where it comes from. */
export type SymbolicTensor = TensorInfo & { readonly origin: Origin }

export type Origin =
  /** Bound to a value when the graph is written out: data, parameters, what a Scan carries. */
  | { readonly kind: "placeholder"; readonly name: string }
  | { readonly kind: "constant"; readonly value: TensorValue }
  | { readonly kind: "node"; readonly node: SymbolicNode; readonly output: number }

/** By name; what an operator does not name has ONNX's default. */
export type Attributes = Readonly<Record<string, AttributeValue>>

export type SymbolicNode = {
  readonly operator: Operator
  /** Null where an optional input is left out. */
  readonly inputs: readonly (SymbolicTensor | null)[]
  readonly attributes: Attributes
  readonly outputs: readonly SymbolicTensor[]
}

/** Stands for a value that is bound to it by name when the graph is written out. */
export function placeholder(name: string, type: ElementType, shape: Shape): SymbolicTensor {
  return { type, shape, origin: { kind: "placeholder", name } }
}

/** Of the value's own type and shape. */
export function constant(value: TensorValue & { readonly type: ElementType }): SymbolicTensor {
  return { type: value.type, shape: value.shape, origin: { kind: "constant", value } }
}

export function nodeOf(tensor: SymbolicTensor): SymbolicNode | null {
  return tensor.origin.kind === "node" ? tensor.origin.node : null
}

export function isFloat({ type }: TensorInfo): boolean {
  return type === "float32" || type === "float64"
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

/** Elements of a shape without free sizes; null otherwise. */
export function elementCount(shape: Shape): number | null {
  let count = 1
  for (const size of shape) {
    if (typeof size === "string") return null
    count *= size
  }
  return count
}
