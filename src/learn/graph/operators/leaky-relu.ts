/** @file x above 0, alpha x elsewhere: 1 above 0, and alpha at 0 and below, as Keras and PyTorch have it. */
import { steepened, unary } from "../elementwise.ts"
import { floatOf, gradientOf, inputOf, type Operator, scalar } from "../operator.ts"

const defaultAlpha = Math.fround(0.01)

export const leakyRelu: Operator = {
  ...unary("LeakyRelu", (call, x) => {
    const { op } = call
    const gradient = gradientOf(call)
    const alpha = floatOf(call.attributes, "alpha", defaultAlpha)
    if (alpha >= 0 && alpha <= 1)
      return op("Mul", [gradient, steepened(call, x, { least: alpha, greatest: 1 })])
    const isAbove = op("Greater", [x, scalar(x.type, 0)])
    return op("Mul", [gradient, op("Where", [isAbove, scalar(x.type, 1), scalar(x.type, alpha)])])
  }),
  lower: (call) => {
    const { op } = call
    const x = inputOf(call, 0)
    if (x.type !== "float64") return null
    const above = op("Relu", [x])
    const alpha = scalar(x.type, floatOf(call.attributes, "alpha", defaultAlpha))
    return [op("Add", [above, op("Mul", [op("Sub", [x, above]), alpha])])]
  },
}
