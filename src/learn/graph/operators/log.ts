/** @file ln x: 1 / x. */
import { unary } from "../elementwise.ts"
import { gradientOf } from "../operator.ts"

export const log = unary("Log", (call, x) => call.op("Div", [gradientOf(call), x]))
