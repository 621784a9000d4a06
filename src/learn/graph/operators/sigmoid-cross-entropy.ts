/**
 * @file Our own: -y ln s(z) - (1 - y) ln(1 - s(z)) of logits z, as max(z, 0) - z y + ln(1 + e^-|z|), which overflows nowhere; its derivative
 * s(z) - y needs none of that.
 */
import { binary } from "../elementwise.ts"
import { inputOf, type Operator, scalar } from "../operator.ts"

export const sigmoidCrossEntropy: Operator = {
  ...binary("SigmoidCrossEntropy", [
    (call, gradient) => {
      const { op } = call
      return op("Mul", [gradient, op("Sub", [op("Sigmoid", [inputOf(call, 0)]), inputOf(call, 1)])])
    },
    (call, gradient) => call.op("Neg", [call.op("Mul", [gradient, inputOf(call, 0)])]),
  ]),
  lower: (call) => {
    const { op } = call
    const [z, y] = [inputOf(call, 0), inputOf(call, 1)]
    const one = scalar(z.type, 1)
    const tail = op("Log", [op("Add", [op("Exp", [op("Neg", [op("Abs", [z])])]), one])])
    return [op("Add", [op("Sub", [op("Relu", [z]), op("Mul", [z, y])]), tail])]
  },
}
