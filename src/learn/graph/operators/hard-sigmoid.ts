/** @file alpha x + beta drawn in between 0 and 1: alpha within, 0 outside and at the kinks. */
import { unary } from "../elementwise.ts"
import { floatOf, gradientOf, inputOf, type Operator, scalar } from "../operator.ts"

export const hardSigmoid: Operator = {
  ...unary("HardSigmoid", (call, _x, y) => {
    const { op } = call
    const [zero, one] = [scalar(y.type, 0), scalar(y.type, 1)]
    const isWithin = op("And", [op("Greater", [y, zero]), op("Less", [y, one])])
    const slope = scalar(y.type, floatOf(call.attributes, "alpha", 0.2))
    return op("Mul", [gradientOf(call), op("Where", [isWithin, slope, zero])])
  }),
  lower: (call) => {
    const { op } = call
    const x = inputOf(call, 0)
    if (x.type !== "float64") return null
    const line = op("Mul", [x, scalar(x.type, floatOf(call.attributes, "alpha", 0.2))])
    const moved = op("Add", [line, scalar(x.type, floatOf(call.attributes, "beta", 0.5))])
    return [op("Clip", [moved, scalar(x.type, 0), scalar(x.type, 1)])]
  },
}
