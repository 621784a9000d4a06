/** @file The sum of |x| over axes, or over all: the sign of x, 0 at 0. */
import { signOf } from "../elementwise.ts"
import { gradientOf, inputOf, type Operator } from "../operator.ts"
import { inferReduction, spreadBack } from "../reduction.ts"

export const reduceL1: Operator = {
  name: "ReduceL1",
  domain: "",
  infer: (call) => inferReduction("ReduceL1", call),
  takesBroadcastGradients: true,
  derivative: (call) => {
    const { op } = call
    if (!call.needs(0)) return [null, null]
    return [op("Mul", [spreadBack(call, gradientOf(call)), signOf(call, inputOf(call, 0))]), null]
  },
}
