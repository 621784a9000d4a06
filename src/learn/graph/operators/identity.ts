/** @file x itself. */
import { unary } from "../elementwise.ts"
import { gradientOf } from "../operator.ts"

export const identity = unary("Identity", (call) => gradientOf(call))
