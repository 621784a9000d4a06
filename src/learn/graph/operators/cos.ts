/** @file cos x: -sin x. */
import { unary } from "../elementwise.ts"
import { gradientOf } from "../operator.ts"

export const cos = unary("Cos", (call, x) => {
  const { op } = call
  return op("Neg", [op("Mul", [gradientOf(call), op("Sin", [x])])])
})
