/** @file |x|: the sign of x, 0 at 0. */
import { signOf, unary } from "../elementwise.ts"
import { gradientOf } from "../operator.ts"

export const abs = unary("Abs", (call, x) => call.op("Mul", [gradientOf(call), signOf(call, x)]))
