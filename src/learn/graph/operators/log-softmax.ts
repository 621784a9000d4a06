/** @file ln of softmax along an axis: g - e^y (sum of g). */
import { gradientOf, integers, type Operator, outputOf } from "../operator.ts"
import { alongAxis } from "../reduction.ts"

export const logSoftmax: Operator = {
  name: "LogSoftmax",
  domain: "",
  infer: (call) => [alongAxis("LogSoftmax", call).info],
  derivative: (call) => {
    const { op } = call
    const gradient = gradientOf(call)
    const sum = op("ReduceSum", [gradient, integers([alongAxis("LogSoftmax", call).axis])])
    return [op("Sub", [gradient, op("Mul", [op("Exp", [outputOf(call)]), sum])])]
  },
}
