/** @file x / y: 1 / y and -(x / y) / y. */
import { binary } from "../elementwise.ts"
import { inputOf, outputOf } from "../operator.ts"

export const div = binary("Div", [
  (call, gradient) => call.op("Div", [gradient, inputOf(call, 1)]),
  (call, gradient) => {
    const { op } = call
    return op("Neg", [op("Mul", [gradient, op("Div", [outputOf(call), inputOf(call, 1)])])])
  },
])
