/** @file The contract of an operator: what it makes of shapes, how gradients pass it, and what stands for it where the engine has no kernel. */
import assert from "node:assert"

import { fault } from "../../base/errors.ts"
import { elementCountOf } from "../../onnx/element-types.ts"
import type { TensorValue } from "../../onnx/model.ts"
import type { Domain } from "../../onnx/versions.ts"
import type { Attributes, ElementType, SymbolicTensor, TensorInfo } from "./tensor.ts"
import { constant } from "./tensor.ts"

export type Operator = {
  /** ONNX's name, or our own for one that is always lowered. */
  readonly name: string
  readonly domain: Domain
  /** Type and shape of each output. Throws GRAPH_SHAPE when the inputs do not fit. */
  readonly infer: (call: Call) => readonly TensorInfo[]
  /**
   * Gradients of the inputs by those of the outputs (the chain rule, transposed), of the inputs' shapes; "none" where a change of
   * the inputs changes nothing, null where nobody has written it.
   */
  readonly derivative: Derivative | "none" | null
  /** True: `derivative` also takes gradients that only broadcast to the output's shape, which saves an Expand. */
  readonly takesBroadcastGradients?: true
  /** The outputs by other operators; null where the engine's own kernel serves. */
  readonly lower?: (call: Call & Operations) => readonly SymbolicTensor[] | null
}

export type Call = {
  readonly inputs: readonly (SymbolicTensor | null)[]
  readonly attributes: Attributes
}

/** Derivatives make nodes by ONNX's names: operators do not import one another. */
export type Operations = {
  /** One output. */
  readonly op: (
    operator: string,
    inputs: readonly (SymbolicTensor | null)[],
    attributes?: Attributes,
  ) => SymbolicTensor
  readonly ops: (
    operator: string,
    inputs: readonly (SymbolicTensor | null)[],
    attributes?: Attributes,
  ) => readonly SymbolicTensor[]
}

export type DerivativeCall = Call &
  Operations & {
    readonly outputs: readonly SymbolicTensor[]
    /** One per output; null where no gradient arrives. */
    readonly gradients: readonly (SymbolicTensor | null)[]
    /** Does anybody need the gradient of this input? */
    readonly needs: (input: number) => boolean
  }

/** One per input; null where there is none or none is needed. */
export type Derivative = (call: DerivativeCall) => readonly (SymbolicTensor | null)[]

/** The input at a place where one is required. */
export function inputOf({ inputs }: Pick<Call, "inputs">, index: number): SymbolicTensor {
  const tensor = inputs[index]
  assert(tensor !== undefined && tensor !== null, `input ${index} is left out`)
  return tensor
}

/** The gradient of an operator's only output. */
export function gradientOf({ gradients }: Pick<DerivativeCall, "gradients">): SymbolicTensor {
  const [gradient] = gradients
  assert(gradient !== undefined && gradient !== null)
  return gradient
}

export function outputOf({ outputs }: Pick<DerivativeCall, "outputs">): SymbolicTensor {
  const [output] = outputs
  assert(output !== undefined)
  return output
}

export function intOf(attributes: Attributes, name: string, otherwise: number): number {
  const value = attributes[name]
  if (value === undefined) return otherwise
  assert(value.kind === "int", `${name} is an int`)
  return Number(value.value)
}

export function floatOf(attributes: Attributes, name: string, otherwise: number): number {
  const value = attributes[name]
  if (value === undefined) return otherwise
  assert(value.kind === "float", `${name} is a float`)
  return value.value
}

export function textOf(attributes: Attributes, name: string, otherwise: string): string {
  const value = attributes[name]
  if (value === undefined) return otherwise
  assert(value.kind === "string", `${name} is a string`)
  return value.value
}

export function intsOf(attributes: Attributes, name: string): readonly number[] | null {
  const value = attributes[name]
  if (value === undefined) return null
  assert(value.kind === "ints", `${name} are ints`)
  return Array.from(value.value, Number)
}

/** An axis counted from the end is negative. */
export function axisOf(axis: number, rank: number, operator: string): number {
  const resolved = axis < 0 ? axis + rank : axis
  if (resolved < 0 || resolved >= rank)
    throw fault("GRAPH_SHAPE", { operator, reason: `there is no axis ${axis} in ${rank} dimensions` })
  return resolved
}

/** The integers of an input that decides on shapes; null unless it is a constant. */
export function constantInts(tensor: SymbolicTensor | null | undefined): readonly number[] | null {
  if (tensor?.origin.kind !== "constant") return null
  const { value } = tensor.origin
  assert(value.type === "int64")
  return Array.from(value.data, Number)
}

/** A number as a scalar of a float type. */
export function scalar(type: ElementType, value: number): SymbolicTensor {
  if (type === "float64") return constant({ type, shape: [], data: Float64Array.of(value) })
  assert(type === "float32", "scalars are floats")
  return constant({ type, shape: [], data: Float32Array.of(value) })
}

/** Integers as a one-dimensional constant: axes, sizes, places. */
export function integers(values: Iterable<number>): SymbolicTensor {
  const data = BigInt64Array.from(values, BigInt)
  return constant({ type: "int64", shape: [data.length], data })
}

/** Is this constant one number throughout? */
export function isConstantOf(tensor: SymbolicTensor, number: number): boolean {
  if (tensor.origin.kind !== "constant") return false
  const value: TensorValue = tensor.origin.value
  if (value.type !== "float32" && value.type !== "float64") return false
  return elementCountOf(value.shape) > 0 && value.data.every((element) => element === number)
}

export function shapeFault(operator: string, reason: string): Error {
  return fault("GRAPH_SHAPE", { operator, reason })
}

export function sameType(operator: string, inputs: readonly SymbolicTensor[]): ElementType {
  const [first] = inputs
  assert(first !== undefined)
  const other = inputs.find(({ type }) => type !== first.type)
  if (other !== undefined) throw shapeFault(operator, `it reads ${first.type} beside ${other.type}`)
  return first.type
}
