/** @file sin x: cos x. */
import { unary } from "../elementwise.ts"
import { gradientOf } from "../operator.ts"

export const sin = unary("Sin", (call, x) => call.op("Mul", [gradientOf(call), call.op("Cos", [x])]))
