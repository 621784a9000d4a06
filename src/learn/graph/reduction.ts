/** @file Reductions over axes have one shape forward, and one way back. */
import { expandTo } from "./broadcast.ts"
import {
  axisOf,
  type Call,
  constantInts,
  type DerivativeCall,
  inputOf,
  integers,
  intOf,
  outputOf,
  scalar,
  shapeFault,
} from "./operator.ts"
import { elementCount, type SymbolicTensor, type TensorInfo } from "./tensor.ts"

/** The axes that are reduced, all of them unless the second input says which. */
export function reducedAxes(operator: string, call: Call): readonly number[] {
  const { shape } = inputOf(call, 0)
  const given = call.inputs[1]
  if (given === undefined || given === null) return shape.map((_, axis) => axis)
  const axes = constantInts(given)
  if (axes === null) throw shapeFault(operator, "its axes are no constant")
  return axes.map((axis) => axisOf(axis, shape.length, operator))
}

export function inferReduction(operator: string, call: Call): readonly TensorInfo[] {
  const { type, shape } = inputOf(call, 0)
  const axes = reducedAxes(operator, call)
  const keeps = intOf(call.attributes, "keepdims", 1) === 1
  if (keeps) return [{ type, shape: shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) }]
  return [{ type, shape: shape.filter((_, axis) => !axes.includes(axis)) }]
}

/** What the reduced axes' one gradient is to each element: put back to size 1, then repeated. A scalar is left to broadcast by itself. */
export function spreadBack(
  call: DerivativeCall,
  gradient: SymbolicTensor,
  input: SymbolicTensor,
): SymbolicTensor {
  if (gradient.shape.length === 0) return gradient
  return expandTo(call, withKeptAxes(call, expandTo(call, gradient, outputOf(call))), input)
}

/** A value of the output's shape, with axes of size 1 where it was reduced. */
export function withKeptAxes(call: DerivativeCall, value: SymbolicTensor): SymbolicTensor {
  const axes = reducedAxes("a reduction", call)
  if (intOf(call.attributes, "keepdims", 1) === 1 || axes.length === 0) return value
  return call.op("Unsqueeze", [value, integers(axes)])
}

/** How many elements each mean is of, as a scalar. */
export function averagedCount(call: DerivativeCall): SymbolicTensor {
  const { op } = call
  const { type, shape } = inputOf(call, 0)
  const sizes = reducedAxes("a mean", call).map((axis) => shape[axis] ?? 1)
  const known = elementCount(sizes)
  if (known !== null) return scalar(type, known)
  const size = (tensor: SymbolicTensor) => op("Size", [tensor])
  const to = { to: { kind: "int" as const, value: type === "float64" ? 11n : 1n } }
  return op("Div", [op("Cast", [size(inputOf(call, 0))], to), op("Cast", [size(outputOf(call))], to)])
}
