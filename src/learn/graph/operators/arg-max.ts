/** @file The place of the greatest element along an axis, the first one unless `select_last_index` says otherwise. */
import { axisOf, inputOf, intOf, type Operator } from "../operator.ts"

export const argMax: Operator = {
  name: "ArgMax",
  domain: "",
  infer: (call) => {
    const { shape } = inputOf(call, 0)
    const axis = axisOf(intOf(call.attributes, "axis", 0), shape.length, "ArgMax")
    const isKept = intOf(call.attributes, "keepdims", 1) === 1
    return [
      {
        type: "int64",
        shape: isKept
          ? shape.map((size, at) => (at === axis ? 1 : size))
          : shape.filter((_, at) => at !== axis),
      },
    ]
  },
  derivative: "none",
}
