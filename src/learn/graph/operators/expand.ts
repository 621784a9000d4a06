/** @file A tensor repeated along the axes where the wanted shape is larger. */
import { broadcastShape, sumTo } from "../broadcast.ts"
import { gradientOf, inputOf, type Operator, shapeFault } from "../operator.ts"
import { sizesOf } from "../sizes.ts"

export const expand: Operator = {
  name: "Expand",
  domain: "",
  infer: (call) => {
    const { type, shape } = inputOf(call, 0)
    const wanted = sizesOf(inputOf(call, 1))
    if (wanted === null) throw shapeFault("Expand", "the wanted shape is not known")
    return [{ type, shape: broadcastShape("Expand", [shape, wanted]) }]
  },
  derivative: (call) => [call.needs(0) ? sumTo(call, gradientOf(call), inputOf(call, 0).shape) : null, null],
}
