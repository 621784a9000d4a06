/** @file Elements or slices of a tensor by index tuples. */
import { gradientOf, inputOf, type Operator, scalar, shapeFault } from "../operator.ts"

export const gatherND: Operator = {
  name: "GatherND",
  domain: "",
  infer: (call) => {
    const [data, indices] = [inputOf(call, 0), inputOf(call, 1)]
    const depth = indices.shape.at(-1)
    if (typeof depth !== "number" || depth > data.shape.length)
      throw shapeFault("GatherND", `index tuples of ${depth} into ${data.shape.length} dimensions`)
    return [{ type: data.type, shape: [...indices.shape.slice(0, -1), ...data.shape.slice(depth)] }]
  },
  derivative: (call) => {
    const { op } = call
    const data = inputOf(call, 0)
    const zeros = op("Expand", [scalar(data.type, 0), op("Shape", [data])])
    const add = { reduction: { kind: "string" as const, value: "add" } }
    return [op("ScatterND", [zeros, inputOf(call, 1), gradientOf(call)], add), null]
  },
}
