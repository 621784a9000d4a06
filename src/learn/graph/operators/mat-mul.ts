/** @file Matrix product over the last two axes; the axes before broadcast. */
import { broadcastShape, sumTo } from "../broadcast.ts"
import { type DerivativeCall, gradientOf, inputOf, type Operator, sameType, shapeFault } from "../operator.ts"
import type { SymbolicTensor } from "../tensor.ts"

export const matMul: Operator = {
  name: "MatMul",
  domain: "",
  infer: (call) => {
    const [a, b] = [inputOf(call, 0), inputOf(call, 1)]
    if (a.shape.length < 2 || b.shape.length < 2)
      throw shapeFault("MatMul", "it multiplies matrices, not vectors")
    const [rows = 1, inner] = a.shape.slice(-2)
    const [other, columns = 1] = b.shape.slice(-2)
    if (inner !== other) throw shapeFault("MatMul", `[${a.shape.join(", ")}] times [${b.shape.join(", ")}]`)
    const lead = broadcastShape("MatMul", [a.shape.slice(0, -2), b.shape.slice(0, -2)])
    return [{ type: sameType("MatMul", [a, b]), shape: [...lead, rows, columns] }]
  },
  derivative: (call) => {
    const { op, needs } = call
    const [a, b] = [inputOf(call, 0), inputOf(call, 1)]
    const gradient = gradientOf(call)
    return [
      needs(0) ? sumTo(call, op("MatMul", [gradient, transposed(call, b)]), a.shape) : null,
      needs(1) ? sumTo(call, op("MatMul", [transposed(call, a), gradient]), b.shape) : null,
    ]
  },
}

/** The last two axes exchanged. */
function transposed({ op }: DerivativeCall, tensor: SymbolicTensor): SymbolicTensor {
  const order = Array.from({ length: tensor.shape.length }, (_, axis) => axis)
  const swapped = [...order.slice(0, -2), ...order.slice(-2).reverse()]
  return op("Transpose", [tensor], { perm: { kind: "ints", value: BigInt64Array.from(swapped, BigInt) } })
}
