/** @file Square root: 1 / (2 sqrt x). */
import { unary } from "../elementwise.ts"
import { gradientOf, scalar } from "../operator.ts"

export const sqrt = unary("Sqrt", (call, _x, y) =>
  call.op("Div", [call.op("Mul", [gradientOf(call), scalar(y.type, 0.5)]), y]),
)
