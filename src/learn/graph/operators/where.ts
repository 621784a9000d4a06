/** @file x where a condition holds, else y; all three broadcast. */
import { broadcastShape, passBack } from "../broadcast.ts"
import { gradientOf, inputOf, type Operator, sameType, scalar, shapeFault } from "../operator.ts"

export const where: Operator = {
  name: "Where",
  domain: "",
  infer: (call) => {
    const inputs = [inputOf(call, 0), inputOf(call, 1), inputOf(call, 2)]
    if (inputOf(call, 0).type !== "bool") throw shapeFault("Where", "its condition is not bool")
    const shape = broadcastShape(
      "Where",
      inputs.map((input) => input.shape),
    )
    return [{ type: sameType("Where", inputs.slice(1)), shape }]
  },
  takesBroadcastGradients: true,
  derivative: (call) => {
    const { op, needs } = call
    const condition = inputOf(call, 0)
    const gradient = gradientOf(call)
    const zero = scalar(gradient.type, 0)
    return [
      null,
      needs(1) ? passBack(call, op("Where", [condition, gradient, zero]), 1) : null,
      needs(2) ? passBack(call, op("Where", [condition, zero, gradient]), 2) : null,
    ]
  },
}
