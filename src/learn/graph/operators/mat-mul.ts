/** @file Matrix product over the last two axes; the axes before broadcast, and a vector is a matrix of one row on the left, of one column on the right. */
import { int, ints } from "../../../onnx/attributes.ts"
import { broadcastShape, sumTo } from "../broadcast.ts"
import {
  type DerivativeCall,
  gradientOf,
  inputOf,
  integers,
  type Operations,
  type Operator,
  sameType,
  shapeFault,
} from "../operator.ts"
import type { SymbolicTensor } from "../tensor.ts"

export const matMul: Operator = {
  name: "MatMul",
  domain: "",
  infer: (call) => {
    const [a, b] = [inputOf(call, 0), inputOf(call, 1)]
    if (a.shape.length < 1 || b.shape.length < 1) throw shapeFault("MatMul", "it multiplies no scalars")
    const [left, right] = [
      a.shape.length === 1 ? [1, ...a.shape] : a.shape,
      b.shape.length === 1 ? [...b.shape, 1] : b.shape,
    ]
    const [rows = 1, inner] = left.slice(-2)
    const [other, columns = 1] = right.slice(-2)
    if (inner !== other) throw shapeFault("MatMul", `[${a.shape.join(", ")}] times [${b.shape.join(", ")}]`)
    const lead = broadcastShape("MatMul", [left.slice(0, -2), right.slice(0, -2)])
    const matrix = [...(a.shape.length === 1 ? [] : [rows]), ...(b.shape.length === 1 ? [] : [columns])]
    return [{ type: sameType("MatMul", [a, b]), shape: [...lead, ...matrix] }]
  },
  derivative: (call) => {
    const { op, needs } = call
    const [a, b] = [inputOf(call, 0), inputOf(call, 1)]
    const isRow = a.shape.length === 1
    const isColumn = b.shape.length === 1
    const left = isRow ? op("Unsqueeze", [a, integers([0])]) : a
    const right = isColumn ? op("Unsqueeze", [b, integers([1])]) : b
    const sides = [...(isRow ? [-2] : []), ...(isColumn ? [-1] : [])]
    const gradient =
      sides.length === 0 ? gradientOf(call) : op("Unsqueeze", [gradientOf(call), integers(sides)])
    const byLeft = () => sumTo(call, op("MatMul", [gradient, transposed(call, right)]), left.shape)
    const byRight = () =>
      weightGradient(call, left, right, gradient) ??
      sumTo(call, op("MatMul", [transposed(call, left), gradient]), right.shape)
    return [
      needs(0) ? (isRow ? op("Squeeze", [byLeft(), integers([0])]) : byLeft()) : null,
      needs(1) ? (isColumn ? op("Squeeze", [byRight(), integers([1])]) : byRight()) : null,
    ]
  },
}

/** One matrix for many: all rows at once, instead of a product for each and their sum. */
function weightGradient(
  { op }: DerivativeCall,
  left: SymbolicTensor,
  right: SymbolicTensor,
  gradient: SymbolicTensor,
): SymbolicTensor | null {
  const [inner, columns] = right.shape
  if (right.shape.length > 2 || typeof inner !== "number" || typeof columns !== "number") return null
  if (left.shape.length === 2 || left.shape.includes(0)) return null
  const rows = op("Reshape", [left, integers([-1, inner])])
  return op("Gemm", [rows, op("Reshape", [gradient, integers([-1, columns])])], { transA: int(1) })
}

/** The last two axes exchanged. */
function transposed({ op }: Operations, tensor: SymbolicTensor): SymbolicTensor {
  const order = Array.from({ length: tensor.shape.length }, (_, axis) => axis)
  return op("Transpose", [tensor], { perm: ints([...order.slice(0, -2), ...order.slice(-2).reverse()]) })
}
