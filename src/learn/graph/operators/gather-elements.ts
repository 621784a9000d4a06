/** @file One element per index along an axis. */
import { int, text } from "../../../onnx/attributes.ts"
import { zerosLike } from "../broadcast.ts"
import { axisOf, gradientOf, inputOf, intOf, type Operator, shapeFault } from "../operator.ts"

export const gatherElements: Operator = {
  name: "GatherElements",
  domain: "",
  infer: (call) => {
    const [data, indices] = [inputOf(call, 0), inputOf(call, 1)]
    if (data.shape.length !== indices.shape.length)
      throw shapeFault(
        "GatherElements",
        `indices [${indices.shape.join(", ")}] into [${data.shape.join(", ")}]`,
      )
    axisOf(intOf(call.attributes, "axis", 0), data.shape.length, "GatherElements")
    return [{ type: data.type, shape: indices.shape }]
  },
  derivative: (call) => {
    const added = { axis: int(intOf(call.attributes, "axis", 0)), reduction: text("add") }
    const zeros = zerosLike(call, inputOf(call, 0))
    return [call.op("ScatterElements", [zeros, inputOf(call, 1), gradientOf(call)], added), null]
  },
}
