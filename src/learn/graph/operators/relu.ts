/** @file max(x, 0): the gradient where y > 0, and 0 at 0, as Keras and PyTorch have it. */
import { unary } from "../elementwise.ts"
import { gradientOf, scalar } from "../operator.ts"

export const relu = unary("Relu", (call, _x, y) => {
  const { op } = call
  const zero = scalar(y.type, 0)
  return op("Where", [op("Greater", [y, zero]), gradientOf(call), zero])
})
