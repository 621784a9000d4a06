/** @file 1 / x: -y^2. */
import { unary } from "../elementwise.ts"
import { gradientOf } from "../operator.ts"

export const reciprocal = unary("Reciprocal", (call, _x, y) => {
  const { op } = call
  return op("Neg", [op("Mul", [gradientOf(call), op("Mul", [y, y])])])
})
