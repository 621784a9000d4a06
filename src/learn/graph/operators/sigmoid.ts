/** @file s(x) = 1 / (1 + e^-x): s (1 - s). */
import { unary } from "../elementwise.ts"
import { gradientOf, scalar } from "../operator.ts"

export const sigmoid = unary("Sigmoid", (call, _x, y) => {
  const { op } = call
  return op("Mul", [gradientOf(call), op("Mul", [y, op("Sub", [scalar(y.type, 1), y])])])
})
