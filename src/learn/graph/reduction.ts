/** @file Reductions over axes have one shape forward, and one way back. */
import { int } from "../../onnx/attributes.ts"
import { expandTo } from "./broadcast.ts"
import { toType } from "./elementwise.ts"
import {
  axisOf,
  type Call,
  constantInts,
  type DerivativeCall,
  gradientOf,
  inputOf,
  integers,
  intOf,
  type Operations,
  type Operator,
  outputOf,
  scalar,
  shapeFault,
} from "./operator.ts"
import { elementCount, type SymbolicTensor, type TensorInfo } from "./tensor.ts"

/** The axes that are reduced: those that the second input names; all where it names none, unless `noop_with_empty_axes`. */
export function reducedAxes(operator: string, call: Call): readonly number[] {
  const { shape } = inputOf(call, 0)
  const given = call.inputs[1] ?? null
  const axes = given === null ? [] : constantInts(given)
  if (axes === null) throw shapeFault(operator, "its axes are no constant")
  if (axes.length > 0) return axes.map((axis) => axisOf(axis, shape.length, operator))
  return intOf(call.attributes, "noop_with_empty_axes", 0) === 1 ? [] : shape.map((_, axis) => axis)
}

export function inferReduction(operator: string, call: Call): readonly TensorInfo[] {
  const { type, shape } = inputOf(call, 0)
  const axes = reducedAxes(operator, call)
  if (keepsAxes(call)) return [{ type, shape: shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) }]
  return [{ type, shape: shape.filter((_, axis) => !axes.includes(axis)) }]
}

function keepsAxes({ attributes }: Call): boolean {
  return intOf(attributes, "keepdims", 1) === 1
}

/** What is one for all elements of a reduction, with size 1 at the reduced axes, so that it broadcasts to the input. A scalar is left as it is. */
export function spreadBack(call: DerivativeCall, gradient: SymbolicTensor): SymbolicTensor {
  if (gradient.shape.length === 0 || keepsAxes(call)) return gradient
  return withKeptAxes(call, expandTo(call, gradient, outputOf(call)))
}

/** A value of the output's shape, with axes of size 1 where it was reduced. */
export function withKeptAxes(call: DerivativeCall, value: SymbolicTensor): SymbolicTensor {
  const axes = reducedAxes("a reduction", call)
  if (keepsAxes(call) || axes.length === 0) return value
  return call.op("Unsqueeze", [value, integers(axes)])
}

/** The greatest or the least over axes; equal ones share the gradient evenly. */
export function extremeReduction(name: "ReduceMax" | "ReduceMin"): Operator {
  return {
    name,
    domain: "",
    infer: (call) => inferReduction(name, call),
    takesBroadcastGradients: true,
    derivative: (call) => {
      const { op } = call
      const x = inputOf(call, 0)
      if (!call.needs(0)) return [null, null]
      const isChosen = op("Equal", [x, withKeptAxes(call, outputOf(call))])
      const chosen = toType(call, isChosen, x.type)
      const count = op("ReduceSum", [chosen, integers(reducedAxes(name, call))])
      return [op("Mul", [chosen, op("Div", [spreadBack(call, gradientOf(call)), count])]), null]
    },
  }
}

/** The axis that an attribute names, the last unless another is given, and what an operator along it makes. */
export function alongAxis(
  operator: string,
  call: Call,
): { readonly axis: number; readonly info: TensorInfo } {
  const { type, shape } = inputOf(call, 0)
  return { axis: axisOf(intOf(call.attributes, "axis", -1), shape.length, operator), info: { type, shape } }
}

/** The mean over axes, which are kept with size 1. */
export function averageOver(
  { op }: Operations,
  tensor: SymbolicTensor,
  axes: readonly number[],
): SymbolicTensor {
  return op("ReduceMean", [tensor, integers(axes)], { keepdims: int(1) })
}

/** How many elements of a tensor share a place when axes are reduced, as a scalar of its type. */
export function countOver(
  operations: Operations,
  tensor: SymbolicTensor,
  axes: readonly number[],
): SymbolicTensor {
  const { op } = operations
  const { type, shape } = tensor
  const known = elementCount(axes.map((axis) => shape[axis] ?? 1))
  if (known !== null) return scalar(type, known)
  const sizes = op("Gather", [op("Shape", [tensor]), integers(axes)])
  return op("ReduceProd", [toType(operations, sizes, type)], { keepdims: int(0) })
}
