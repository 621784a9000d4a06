/** @file A tensor with one update per index along an axis put in, or added; put in, no place may be named twice. */
import { fault } from "../../../base/errors.ts"
import { int } from "../../../onnx/attributes.ts"
import { zerosLike } from "../broadcast.ts"
import {
  axisOf,
  type Call,
  gradientOf,
  inputOf,
  intOf,
  type Operator,
  sameType,
  shapeFault,
  textOf,
} from "../operator.ts"
import { sameShape } from "../tensor.ts"

export const scatterElements: Operator = {
  name: "ScatterElements",
  domain: "",
  infer: (call) => {
    const [data, indices, updates] = [inputOf(call, 0), inputOf(call, 1), inputOf(call, 2)]
    if (!sameShape(indices.shape, updates.shape) || indices.shape.length !== data.shape.length)
      throw shapeFault(
        "ScatterElements",
        `updates [${updates.shape.join(", ")}] at indices [${indices.shape.join(", ")}] of [${data.shape.join(", ")}]`,
      )
    axisOf(axisAttribute(call), data.shape.length, "ScatterElements")
    return [{ type: sameType("ScatterElements", [data, updates]), shape: data.shape }]
  },
  derivative: (call) => {
    const { op, needs } = call
    const reduction = textOf(call.attributes, "reduction", "none")
    if (reduction !== "add" && reduction !== "none")
      throw fault("GRAPH_OPERATOR", {
        operator: "ScatterElements",
        reason: `its derivative is not known for reduction ${reduction}`,
      })
    const gradient = gradientOf(call)
    const indices = inputOf(call, 1)
    const axis = { axis: int(axisAttribute(call)) }
    const kept = () =>
      reduction === "add"
        ? gradient
        : op("ScatterElements", [gradient, indices, zerosLike(call, inputOf(call, 2))], axis)
    return [needs(0) ? kept() : null, null, needs(2) ? op("GatherElements", [gradient, indices], axis) : null]
  },
}

function axisAttribute({ attributes }: Call): number {
  return intOf(attributes, "axis", 0)
}
