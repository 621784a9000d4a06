/** @file Axes of size 1 left out: those that are named, or all. */
import { wholeOrScalar } from "../broadcast.ts"
import { axisOf, type Call, constantInts, inputOf, integers, type Operator, shapeFault } from "../operator.ts"

export const squeeze: Operator = {
  name: "Squeeze",
  domain: "",
  infer: (call) => {
    const { type, shape } = inputOf(call, 0)
    const axes = axesOf(call)
    const wrong = axes.find((axis) => shape[axis] !== 1)
    if (wrong !== undefined) throw shapeFault("Squeeze", `axis ${wrong} of [${shape.join(", ")}] is not 1`)
    return [{ type, shape: shape.filter((_, axis) => !axes.includes(axis)) }]
  },
  takesBroadcastGradients: true,
  derivative: (call) => {
    const gradient = wholeOrScalar(call)
    if (gradient.shape.length === 0) return [gradient, null]
    return [call.op("Unsqueeze", [gradient, integers(axesOf(call))]), null]
  },
}

function axesOf(call: Call): readonly number[] {
  const { shape } = inputOf(call, 0)
  const named = call.inputs[1] ?? null
  if (named === null) {
    if (shape.some((size) => typeof size === "string"))
      throw shapeFault("Squeeze", `which axes of [${shape.join(", ")}] are 1 is not known`)
    return shape.flatMap((size, axis) => (size === 1 ? [axis] : []))
  }
  const axes = constantInts(named)
  if (axes === null) throw shapeFault("Squeeze", "its axes are no constant")
  return axes.map((axis) => axisOf(axis, shape.length, "Squeeze"))
}
