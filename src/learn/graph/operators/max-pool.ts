/** @file The greatest of each window; the gradient goes to where it was found, the first one of equal ones. Outputs: y, and flat places in x. */
import { fault } from "../../../base/errors.ts"
import { int, text } from "../../../onnx/attributes.ts"
import { zerosLike } from "../broadcast.ts"
import { inputOf, integers, intOf, type Operator } from "../operator.ts"
import { spatialSizes, windowCounts, windowsOf } from "../window.ts"

export const maxPool: Operator = {
  name: "MaxPool",
  domain: "",
  infer: (call) => {
    const { type, shape } = inputOf(call, 0)
    const isCeiling = intOf(call.attributes, "ceil_mode", 0) === 1
    const sizes = spatialSizes("MaxPool", shape)
    const counts = windowCounts("MaxPool", sizes, windowsOf("MaxPool", call, []), isCeiling)
    const output = [...shape.slice(0, 2), ...counts]
    return [
      { type, shape: output },
      { type: "int64", shape: output },
    ]
  },
  derivative: (call) => {
    const { op } = call
    const [gradient = null] = call.gradients
    if (gradient === null) return [null]
    if (intOf(call.attributes, "storage_order", 0) === 1)
      throw fault("GRAPH_OPERATOR", {
        operator: "MaxPool",
        reason: "its derivative is not known when places count by columns",
      })
    const flat = (tensor: typeof gradient | undefined) => op("Reshape", [tensor ?? null, integers([-1])])
    const zeros = flat(zerosLike(call, inputOf(call, 0)))
    const places = flat(call.outputs[1])
    const scattered = op("ScatterElements", [zeros, places, flat(gradient)], {
      axis: int(0),
      reduction: text("add"),
    })
    return [op("Reshape", [scattered, op("Shape", [inputOf(call, 0)])])]
  },
}
