/** @file Tensors end to end along an axis. */
import {
  axisOf,
  gradientOf,
  inputOf,
  integers,
  intOf,
  type Operator,
  sameType,
  shapeFault,
} from "../operator.ts"
import type { Dimension, Shape } from "../tensor.ts"

export const concat: Operator = {
  name: "Concat",
  domain: "",
  infer: (call) => {
    const inputs = call.inputs.map((_, index) => inputOf(call, index))
    const { shape } = inputOf(call, 0)
    const axis = axisOf(intOf(call.attributes, "axis", 0), shape.length, "Concat")
    for (const other of inputs)
      if (
        other.shape.length !== shape.length ||
        other.shape.some((size, at) => at !== axis && size !== shape[at])
      )
        throw shapeFault(
          "Concat",
          `[${other.shape.join(", ")}] does not go after [${shape.join(", ")}] on axis ${axis}`,
        )
    const size = sumOf(inputs.map((input) => input.shape[axis] ?? 1))
    return [{ type: sameType("Concat", inputs), shape: shape.map((own, at) => (at === axis ? size : own)) }]
  },
  derivative: (call) => {
    const axis = axisOf(intOf(call.attributes, "axis", 0), inputOf(call, 0).shape.length, "Concat")
    const sizes = call.inputs.map((_, index) => inputOf(call, index).shape[axis])
    const known = sizes.filter((size) => typeof size === "number")
    if (known.length !== sizes.length)
      throw shapeFault("Concat", "a gradient needs known sizes along its axis")
    if (sizes.length === 1) return [gradientOf(call)]
    return call.ops("Split", [gradientOf(call), integers(known)], {
      axis: { kind: "int", value: BigInt(axis) },
    })
  },
}

function sumOf(sizes: Shape): Dimension {
  const known = sizes.filter((size) => typeof size === "number")
  if (known.length === sizes.length) return known.reduce((sum, size) => sum + size, 0)
  return sizes.join("+")
}
