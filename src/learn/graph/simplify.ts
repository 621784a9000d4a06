/** @file Nodes that would change nothing are not made: derivatives may be written without regard to special cases. */
import { elementTypes } from "../../onnx/element-types.ts"
import { constantInts, intOf, intsOf, isConstantOf } from "./operator.ts"
import { type Attributes, nodeOf, type SymbolicTensor, sameShape } from "./tensor.ts"

/** The value that the node would have, where one of its inputs is it; else null. */
export function simplified(
  operator: string,
  inputs: readonly (SymbolicTensor | null)[],
  attributes: Attributes,
): SymbolicTensor | null {
  const [first, second] = inputs
  if (first === undefined || first === null) return null
  switch (operator) {
    case "Identity":
      return first
    case "Neg": {
      const node = nodeOf(first)
      return node?.operator.name === "Neg" ? (node.inputs[0] ?? null) : null
    }
    case "Cast":
      return Number(intOf(attributes, "to", 0)) === elementTypes[first.type].number ? first : null
    case "Reshape":
      return second && isOwnShape(first, constantInts(second)) ? first : null
    case "Mul":
      return neutral(first, second, 1) ?? (second ? neutral(second, first, 1) : null)
    case "Add":
      return neutral(first, second, 0) ?? (second ? neutral(second, first, 0) : null)
    case "Sub":
      return neutral(first, second, 0)
    case "Div":
      return neutral(first, second, 1)
    case "Pow":
      return second?.type === first.type ? neutral(first, second, 1) : null
    case "Max":
    case "Min":
    case "Sum":
    case "Mean":
    case "Concat":
      return inputs.length === 1 ? first : null
    case "Pad":
      return constantInts(second)?.every((size) => size === 0) ? first : null
    case "Squeeze":
    case "Unsqueeze":
      return constantInts(second)?.length === 0 ? first : null
    case "Transpose":
      return turnedBack(first, attributes)
    default:
      return null
  }
}

/** What is in its order already, or was put out of it by a transpose that this one undoes. */
function turnedBack(tensor: SymbolicTensor, attributes: Attributes): SymbolicTensor | null {
  const order = intsOf(attributes, "perm")
  if (order === null || order.length !== tensor.shape.length) return null
  if (order.every((axis, at) => axis === at)) return tensor
  const node = nodeOf(tensor)
  const before = node?.operator.name === "Transpose" ? intsOf(node.attributes, "perm") : null
  return before && order.every((axis, at) => before[axis] === at) ? (node?.inputs[0] ?? null) : null
}

/** A value, where the other operand is neutral and does not broadcast it to a larger shape. */
function neutral(value: SymbolicTensor, other: SymbolicTensor | null | undefined, element: number) {
  if (!other || !isConstantOf(other, element)) return null
  const { shape } = other
  const isWithin =
    shape.length <= value.shape.length &&
    shape.every((size, axis) => size === 1 || size === value.shape[axis - shape.length + value.shape.length])
  return isWithin ? value : null
}

function isOwnShape({ shape }: SymbolicTensor, wanted: readonly number[] | null): boolean {
  if (wanted === null || wanted.length !== shape.length) return false
  if (shape.length === 1 && wanted[0] === -1) return true
  const free = shape.filter((size) => typeof size === "string").length
  if (free <= 1)
    return sameShape(
      shape.map((size) => (typeof size === "string" ? -1 : size)),
      wanted,
    )
  return false
}
