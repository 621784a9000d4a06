/** @file ln(1 + e^x): the sigmoid of x. */
import { unary } from "../elementwise.ts"
import { gradientOf, inputOf, type Operator, scalar } from "../operator.ts"

export const softplus: Operator = {
  ...unary("Softplus", (call, x) => call.op("Mul", [gradientOf(call), call.op("Sigmoid", [x])])),
  /** max(x, 0) + ln(1 + e^-|x|), which overflows nowhere. */
  lower: (call) => {
    const { op } = call
    const x = inputOf(call, 0)
    if (x.type !== "float64") return null
    const small = op("Exp", [op("Neg", [op("Abs", [x])])])
    return [op("Add", [op("Relu", [x]), op("Log", [op("Add", [small, scalar(x.type, 1)])])])]
  },
}
