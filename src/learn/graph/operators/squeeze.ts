/** @file Axes of size 1 left out. */
import { wholeOrScalar } from "../broadcast.ts"
import { axisOf, constantInts, inputOf, type Operator, shapeFault } from "../operator.ts"

export const squeeze: Operator = {
  name: "Squeeze",
  domain: "",
  infer: (call) => {
    const { type, shape } = inputOf(call, 0)
    const axes = constantInts(call.inputs[1])?.map((axis) => axisOf(axis, shape.length, "Squeeze"))
    if (axes === undefined) throw shapeFault("Squeeze", "its axes are no constant")
    const wrong = axes.find((axis) => shape[axis] !== 1)
    if (wrong !== undefined) throw shapeFault("Squeeze", `axis ${wrong} of [${shape.join(", ")}] is not 1`)
    return [{ type, shape: shape.filter((_, axis) => !axes.includes(axis)) }]
  },
  takesBroadcastGradients: true,
  derivative: (call) => {
    const gradient = wholeOrScalar(call)
    if (gradient.shape.length === 0) return [gradient, null]
    return [call.op("Unsqueeze", [gradient, inputOf(call, 1)]), null]
  },
}
