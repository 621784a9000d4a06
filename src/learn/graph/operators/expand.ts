/** @file A tensor repeated along the axes where the wanted shape is larger. */
import { broadcastShape, sumTo } from "../broadcast.ts"
import { constantInts, gradientOf, inputOf, type Operator, shapeFault } from "../operator.ts"
import type { Shape, SymbolicTensor } from "../tensor.ts"
import { nodeOf } from "../tensor.ts"

export const expand: Operator = {
  name: "Expand",
  domain: "",
  infer: (call) => {
    const input = inputOf(call, 0)
    return [
      { type: input.type, shape: broadcastShape("Expand", [input.shape, wantedShape(inputOf(call, 1))]) },
    ]
  },
  derivative: (call) => [call.needs(0) ? sumTo(call, gradientOf(call), inputOf(call, 0).shape) : null, null],
}

/** A constant, or the shape of another tensor. */
function wantedShape(wanted: SymbolicTensor): Shape {
  const sizes = constantInts(wanted)
  if (sizes !== null) return sizes
  const node = nodeOf(wanted)
  const of =
    node?.operator.name === "Shape" && Object.keys(node.attributes).length === 0 ? node.inputs[0] : null
  if (of === undefined || of === null)
    throw shapeFault("Expand", "the wanted shape is neither a constant nor the Shape of a tensor")
  return of.shape
}
