/** @file The sum of squares over axes, or over all: 2 x. */
import { gradientOf, inputOf, type Operator, scalar } from "../operator.ts"
import { inferReduction, spreadBack } from "../reduction.ts"

export const reduceSumSquare: Operator = {
  name: "ReduceSumSquare",
  domain: "",
  infer: (call) => inferReduction("ReduceSumSquare", call),
  takesBroadcastGradients: true,
  derivative: (call) => {
    const { op } = call
    const x = inputOf(call, 0)
    if (!call.needs(0)) return [null, null]
    const twice = op("Mul", [gradientOf(call), scalar(x.type, 2)])
    return [op("Mul", [spreadBack(call, twice), x]), null]
  },
}
