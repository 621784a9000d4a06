/** @file The mean of one or more, which broadcast. */
import { inferElementwise, passBack } from "../broadcast.ts"
import { gradientOf, inputOf, type Operator, sameType, scalar } from "../operator.ts"

export const mean: Operator = {
  name: "Mean",
  domain: "",
  infer: (call) => {
    sameType(
      "Mean",
      call.inputs.map((_, index) => inputOf(call, index)),
    )
    return inferElementwise("Mean", call)
  },
  takesBroadcastGradients: true,
  derivative: (call) => {
    const gradient = gradientOf(call)
    const share = call.op("Div", [gradient, scalar(gradient.type, call.inputs.length)])
    return call.inputs.map((_, input) => passBack(call, share, input))
  },
  lower: (call) => {
    const { type } = inputOf(call, 0)
    if (type !== "float64") return null
    return [call.op("Div", [call.op("Sum", call.inputs), scalar(type, call.inputs.length)])]
  },
}
