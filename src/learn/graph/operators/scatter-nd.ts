/** @file A tensor with updates put in, or added, at index tuples; put in, no place may be named twice. */
import { fault } from "../../../base/errors.ts"
import { zerosLike } from "../broadcast.ts"
import { gradientOf, inputOf, type Operator, sameType, shapeFault, textOf } from "../operator.ts"
import { sameShape } from "../tensor.ts"

export const scatterND: Operator = {
  name: "ScatterND",
  domain: "",
  infer: (call) => {
    const [data, indices, updates] = [inputOf(call, 0), inputOf(call, 1), inputOf(call, 2)]
    const depth = indices.shape.at(-1)
    if (typeof depth !== "number" || depth > data.shape.length)
      throw shapeFault("ScatterND", `index tuples of ${depth} into ${data.shape.length} dimensions`)
    const wanted = [...indices.shape.slice(0, -1), ...data.shape.slice(depth)]
    if (!sameShape(wanted, updates.shape))
      throw shapeFault("ScatterND", `updates [${updates.shape.join(", ")}] for places [${wanted.join(", ")}]`)
    return [{ type: sameType("ScatterND", [data, updates]), shape: data.shape }]
  },
  derivative: (call) => {
    const { op, needs } = call
    const reduction = textOf(call.attributes, "reduction", "none")
    if (reduction !== "add" && reduction !== "none")
      throw fault("GRAPH_OPERATOR", {
        operator: "ScatterND",
        reason: `its derivative is not known for reduction ${reduction}`,
      })
    const [gradient, indices] = [gradientOf(call), inputOf(call, 1)]
    const kept = () =>
      reduction === "add" ? gradient : op("ScatterND", [gradient, indices, zerosLike(call, inputOf(call, 2))])
    return [needs(0) ? kept() : null, null, needs(2) ? op("GatherND", [gradient, indices]) : null]
  },
}
