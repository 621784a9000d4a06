/** @file Axes of size 1 put in, counted in the output. */
import { wholeOrScalar } from "../broadcast.ts"
import { axisOf, constantInts, inputOf, type Operator, shapeFault } from "../operator.ts"

export const unsqueeze: Operator = {
  name: "Unsqueeze",
  domain: "",
  infer: (call) => {
    const { type, shape } = inputOf(call, 0)
    const given = constantInts(call.inputs[1])
    if (given === null) throw shapeFault("Unsqueeze", "its axes are no constant")
    const rank = shape.length + given.length
    const axes = given.map((axis) => axisOf(axis, rank, "Unsqueeze"))
    const sizes = [...shape]
    return [
      {
        type,
        shape: Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (sizes.shift() ?? 1))),
      },
    ]
  },
  takesBroadcastGradients: true,
  derivative: (call) => {
    const gradient = wholeOrScalar(call)
    if (gradient.shape.length === 0) return [gradient, null]
    return [call.op("Squeeze", [gradient, inputOf(call, 1)]), null]
  },
}
