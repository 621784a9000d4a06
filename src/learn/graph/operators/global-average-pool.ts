/** @file The mean of each channel over all sizes. */
import { expandTo } from "../broadcast.ts"
import { type Call, gradientOf, inputOf, type Operator, outputOf, shapeFault } from "../operator.ts"
import { averageOver, countOver } from "../reduction.ts"

export const globalAveragePool: Operator = {
  name: "GlobalAveragePool",
  domain: "",
  infer: (call) => {
    const { type, shape } = inputOf(call, 0)
    if (shape.length < 3) throw shapeFault("GlobalAveragePool", "it reads [batch, channels, ...sizes]")
    return [{ type, shape: shape.map((size, axis) => (axis < 2 ? size : 1)) }]
  },
  takesBroadcastGradients: true,
  derivative: (call) => {
    const gradient = expandTo(call, gradientOf(call), outputOf(call))
    return [call.op("Div", [gradient, countOver(call, inputOf(call, 0), axesOf(call))])]
  },
  lower: (call) => {
    const x = inputOf(call, 0)
    return x.type === "float64" ? [averageOver(call, x, axesOf(call))] : null
  },
}

function axesOf(call: Call): readonly number[] {
  return inputOf(call, 0).shape.flatMap((_, axis) => (axis < 2 ? [] : [axis]))
}
