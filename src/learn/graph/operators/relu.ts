/** @file max(x, 0): the gradient where y > 0, and 0 at 0, as Keras and PyTorch have it. */
import { unary } from "../elementwise.ts"
import { gradientOf } from "../operator.ts"

/** The sign of y is 1 or 0: a product is cheaper than Where with a comparison (5 us less of a step of 8-10-1). */
export const relu = unary("Relu", (call, _x, y) => call.op("Mul", [gradientOf(call), call.op("Sign", [y])]))
