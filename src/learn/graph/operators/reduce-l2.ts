/** @file The Euclidean length over axes, or over all: x / y, and 0 where all x are 0. */
import { gradientOf, inputOf, type Operator, outputOf, scalar } from "../operator.ts"
import { inferReduction, spreadBack, withKeptAxes } from "../reduction.ts"

/** The least normal float32: no length but 0 that float32 squares would tell from 0 is below it. */
const leastLength = 2 ** -126

export const reduceL2: Operator = {
  name: "ReduceL2",
  domain: "",
  infer: (call) => inferReduction("ReduceL2", call),
  takesBroadcastGradients: true,
  derivative: (call) => {
    const { op } = call
    const x = inputOf(call, 0)
    if (!call.needs(0)) return [null, null]
    const length = op("Max", [withKeptAxes(call, outputOf(call)), scalar(x.type, leastLength)])
    return [op("Mul", [spreadBack(call, gradientOf(call)), op("Div", [x, length])]), null]
  },
}
