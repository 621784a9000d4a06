/** @file tanh x: 1 - tanh^2 x. */
import { unary } from "../elementwise.ts"
import { gradientOf, scalar } from "../operator.ts"

export const tanh = unary("Tanh", (call, _x, y) => {
  const { op } = call
  return op("Mul", [gradientOf(call), op("Sub", [scalar(y.type, 1), op("Mul", [y, y])])])
})
