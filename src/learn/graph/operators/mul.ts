/** @file x y. */
import { binary } from "../elementwise.ts"
import { inputOf } from "../operator.ts"

export const mul = binary("Mul", [
  (call, gradient) => call.op("Mul", [gradient, inputOf(call, 1)]),
  (call, gradient) => call.op("Mul", [gradient, inputOf(call, 0)]),
])
