/** @file The sum over axes, or over all. */
import { gradientOf, type Operator } from "../operator.ts"
import { inferReduction, spreadBack } from "../reduction.ts"

export const reduceSum: Operator = {
  name: "ReduceSum",
  domain: "",
  infer: (call) => inferReduction("ReduceSum", call),
  takesBroadcastGradients: true,
  derivative: (call) => [call.needs(0) ? spreadBack(call, gradientOf(call)) : null, null],
}
