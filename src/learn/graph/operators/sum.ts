/** @file The sum of one or more, which broadcast. */
import { inferElementwise, passBack } from "../broadcast.ts"
import { gradientOf, inputOf, type Operator, sameType } from "../operator.ts"

export const sum: Operator = {
  name: "Sum",
  domain: "",
  infer: (call) => {
    sameType(
      "Sum",
      call.inputs.map((_, index) => inputOf(call, index)),
    )
    return inferElementwise("Sum", call)
  },
  takesBroadcastGradients: true,
  derivative: (call) => call.inputs.map((_, input) => passBack(call, gradientOf(call), input)),
}
