/** @file x above 0, alpha (e^x - 1) elsewhere: 1 above 0, and y + alpha at 0 and below, as Keras and PyTorch have it. */
import { unary } from "../elementwise.ts"
import { floatOf, gradientOf, inputOf, type Operator, scalar } from "../operator.ts"

export const elu: Operator = {
  ...unary("Elu", (call, x, y) => {
    const { op } = call
    const alpha = floatOf(call.attributes, "alpha", 1)
    const below = op("Add", [y, scalar(y.type, alpha)])
    // e^x meets 1 at 0 when alpha is 1: the lesser of the two is the slope.
    if (alpha === 1) return op("Mul", [gradientOf(call), op("Clip", [below, null, scalar(y.type, 1)])])
    const isAbove = op("Greater", [x, scalar(x.type, 0)])
    return op("Mul", [gradientOf(call), op("Where", [isAbove, scalar(y.type, 1), below])])
  }),
  lower: (call) => {
    const { op } = call
    const x = inputOf(call, 0)
    if (x.type !== "float64") return null
    const above = op("Relu", [x])
    const below = op("Sub", [op("Exp", [op("Sub", [x, above])]), scalar(x.type, 1)])
    return [op("Add", [above, op("Mul", [below, scalar(x.type, floatOf(call.attributes, "alpha", 1))])])]
  },
}
