/** @file -x. */
import { unary } from "../elementwise.ts"
import { gradientOf } from "../operator.ts"

export const neg = unary("Neg", (call) => call.op("Neg", [gradientOf(call)]))
