/** @file e^x over its sum along an axis: y (g - sum of g y). */
import { gradientOf, integers, type Operator, outputOf } from "../operator.ts"
import { alongAxis } from "../reduction.ts"

export const softmax: Operator = {
  name: "Softmax",
  domain: "",
  infer: (call) => [alongAxis("Softmax", call).info],
  derivative: (call) => {
    const { op } = call
    const y = outputOf(call)
    const axes = integers([alongAxis("Softmax", call).axis])
    const weighted = op("Mul", [gradientOf(call), y])
    const sum = op("ReduceSum", [weighted, axes])
    return [op("Sub", [weighted, op("Mul", [y, sum])])]
  },
}
