/** @file e^x: its own derivative. */
import { unary } from "../elementwise.ts"
import { gradientOf } from "../operator.ts"

export const exp = unary("Exp", (call, _x, y) => call.op("Mul", [gradientOf(call), y]))
