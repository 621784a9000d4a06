/** @file A tensor with updates put in, or added, at index tuples. */
import { gradientOf, inputOf, type Operator, shapeFault, textOf } from "../operator.ts"

export const scatterND: Operator = {
  name: "ScatterND",
  domain: "",
  infer: (call) => [{ type: inputOf(call, 0).type, shape: inputOf(call, 0).shape }],
  derivative: (call) => {
    if (textOf(call.attributes, "reduction", "none") !== "add")
      throw shapeFault("ScatterND", "a gradient is known for reduction add only")
    const gradient = gradientOf(call)
    return [gradient, null, call.needs(2) ? call.op("GatherND", [gradient, inputOf(call, 1)]) : null]
  },
}
