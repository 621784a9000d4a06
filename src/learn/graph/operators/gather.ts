/** @file Slices of a tensor by index along an axis, as an embedding looks up its rows. */
import {
  axisOf,
  gradientOf,
  inputOf,
  integers,
  intOf,
  type Operator,
  scalar,
  shapeFault,
} from "../operator.ts"

export const gather: Operator = {
  name: "Gather",
  domain: "",
  infer: (call) => {
    const data = inputOf(call, 0)
    const axis = axisOf(intOf(call.attributes, "axis", 0), data.shape.length, "Gather")
    const indices = inputOf(call, 1).shape
    return [
      { type: data.type, shape: [...data.shape.slice(0, axis), ...indices, ...data.shape.slice(axis + 1)] },
    ]
  },
  derivative: (call) => {
    const { op } = call
    const data = inputOf(call, 0)
    const indices = inputOf(call, 1)
    if (axisOf(intOf(call.attributes, "axis", 0), data.shape.length, "Gather") !== 0)
      throw shapeFault("Gather", "a gradient is known along axis 0 only")
    const zeros = op("Expand", [scalar(data.type, 0), op("Shape", [data])])
    const places = op("Unsqueeze", [indices, integers([indices.shape.length])])
    return [
      op("ScatterND", [zeros, places, gradientOf(call)], { reduction: { kind: "string", value: "add" } }),
      null,
    ]
  },
}
