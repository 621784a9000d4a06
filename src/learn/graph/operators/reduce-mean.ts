/** @file The mean over axes, or over all: the sum's gradient divided by how many were averaged. */
import { gradientOf, inputOf, type Operator } from "../operator.ts"
import { countOver, inferReduction, reducedAxes, spreadBack } from "../reduction.ts"

export const reduceMean: Operator = {
  name: "ReduceMean",
  domain: "",
  infer: (call) => inferReduction("ReduceMean", call),
  takesBroadcastGradients: true,
  derivative: (call) => {
    if (!call.needs(0)) return [null, null]
    const count = countOver(call, inputOf(call, 0), reducedAxes("ReduceMean", call))
    return [spreadBack(call, call.op("Div", [gradientOf(call), count])), null]
  },
}
