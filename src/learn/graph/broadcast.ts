/** @file NumPy's broadcasting, which ONNX follows: shapes forward, sums backward. */
import { int } from "../../onnx/attributes.ts"
import {
  type Call,
  type DerivativeCall,
  gradientOf,
  inputOf,
  integers,
  type Operations,
  outputOf,
  scalar,
  shapeFault,
} from "./operator.ts"
import type { Dimension, Shape, SymbolicTensor, TensorInfo } from "./tensor.ts"
import { elementCount, sameShape } from "./tensor.ts"

/** The shape that all broadcast to. Throws GRAPH_SHAPE. */
export function broadcastShape(operator: string, shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    let size: Dimension = 1
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1
      if (own === 1 || own === size) continue
      if (size !== 1)
        throw shapeFault(
          operator,
          shapes.map((each) => `[${each.join(", ")}]`).join(" does not broadcast with "),
        )
      size = own
    }
    return size
  })
}

/** What an operator on elements makes: the first input's type unless another is given. */
export function inferElementwise(
  operator: string,
  call: Call,
  type?: TensorInfo["type"],
): readonly TensorInfo[] {
  const inputs = call.inputs.filter((input) => input !== null)
  const shape = broadcastShape(
    operator,
    inputs.map((input) => input.shape),
  )
  return [{ type: type ?? inputOf(call, 0).type, shape }]
}

/** A gradient summed over the axes along which `shape` was broadcast. */
export function sumTo({ op }: Operations, gradient: SymbolicTensor, shape: Shape): SymbolicTensor {
  if (sameShape(gradient.shape, shape)) return gradient
  const lead = gradient.shape.length - shape.length
  const axes = gradient.shape.flatMap((size, axis) => {
    const own = axis < lead ? 1 : shape[axis - lead]
    return own === 1 && (size !== 1 || axis < lead) ? [axis] : []
  })
  const kept = axes.filter((axis) => axis >= lead)
  let sum = gradient
  if (axes.length > 0) sum = op("ReduceSum", [gradient, integers(axes)], keepDimensions(kept.length > 0))
  if (sum.shape.length === shape.length) return sum
  return op("Squeeze", [sum, integers(Array.from({ length: lead }, (_, axis) => axis))])
}

function keepDimensions(keeps: boolean) {
  return { keepdims: { kind: "int" as const, value: keeps ? 1n : 0n } }
}

/** A gradient that broadcasts to the shape of `like`, spelled out. */
export function expandTo({ op }: Operations, gradient: SymbolicTensor, like: SymbolicTensor): SymbolicTensor {
  if (sameShape(gradient.shape, like.shape)) return gradient
  return op("Expand", [gradient, op("Shape", [like])])
}

/**
 * Hands a gradient of the output's elements to a broadcast input. The gradient may itself only broadcast to the output's shape; it stays so
 * where the input was not broadcast.
 */
export function passBack(
  call: DerivativeCall,
  gradient: SymbolicTensor,
  input: number,
): SymbolicTensor | null {
  if (!call.needs(input)) return null
  const output = outputOf(call)
  const { shape } = inputOf(call, input)
  if (!sameShape(gradient.shape, output.shape) && sameShape(shape, output.shape)) return gradient
  return sumTo(call, expandTo(call, gradient, output), shape)
}

/** The gradient of the only output for operators that move elements: a scalar is the same for all of them and stays one. */
export function wholeOrScalar(call: DerivativeCall): SymbolicTensor {
  const gradient = gradientOf(call)
  return gradient.shape.length === 0 ? gradient : expandTo(call, gradient, outputOf(call))
}

/** The gradient of an operator that puts the elements in another shape, put back into the first input's. */
export function reshapeBack(call: DerivativeCall): SymbolicTensor | null {
  if (!call.needs(0)) return null
  const gradient = wholeOrScalar(call)
  if (gradient.shape.length === 0) return gradient
  const input = inputOf(call, 0)
  const free = input.shape.filter((size) => typeof size === "string").length
  const isKnown = free === 0 || (free === 1 && !input.shape.includes(0))
  const wanted = isKnown
    ? integers(input.shape.map((size) => (typeof size === "string" ? -1 : size)))
    : call.op("Shape", [input])
  return call.op("Reshape", [gradient, wanted], input.shape.includes(0) ? { allowzero: int(1) } : {})
}

/** Zeros of a tensor's type and shape. */
export function zerosLike({ op }: Operations, tensor: SymbolicTensor): SymbolicTensor {
  const count = elementCount(tensor.shape)
  const sizes = count === null ? op("Shape", [tensor]) : integers(tensor.shape.map(Number))
  return op("Expand", [scalar(tensor.type, 0), sizes])
}
