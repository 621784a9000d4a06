/** @file ln of the sum of e^x over axes, or over all: softmax, e^(x - y). */
import { gradientOf, inputOf, type Operator, outputOf } from "../operator.ts"
import { inferReduction, spreadBack, withKeptAxes } from "../reduction.ts"

export const reduceLogSumExp: Operator = {
  name: "ReduceLogSumExp",
  domain: "",
  infer: (call) => inferReduction("ReduceLogSumExp", call),
  takesBroadcastGradients: true,
  derivative: (call) => {
    const { op } = call
    if (!call.needs(0)) return [null, null]
    const share = op("Exp", [op("Sub", [inputOf(call, 0), withKeptAxes(call, outputOf(call))])])
    return [op("Mul", [spreadBack(call, gradientOf(call)), share]), null]
  },
}
