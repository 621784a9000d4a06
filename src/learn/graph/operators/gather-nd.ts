/** @file Elements or slices of a tensor by index tuples. */
import { text } from "../../../onnx/attributes.ts"
import { zerosLike } from "../broadcast.ts"
import { gradientOf, inputOf, intOf, type Operator, shapeFault } from "../operator.ts"

export const gatherND: Operator = {
  name: "GatherND",
  domain: "",
  infer: (call) => {
    const [data, indices] = [inputOf(call, 0), inputOf(call, 1)]
    if (intOf(call.attributes, "batch_dims", 0) !== 0)
      throw shapeFault("GatherND", "it gathers without batch dimensions only")
    const depth = indices.shape.at(-1)
    if (typeof depth !== "number" || depth > data.shape.length)
      throw shapeFault("GatherND", `index tuples of ${depth} into ${data.shape.length} dimensions`)
    return [{ type: data.type, shape: [...indices.shape.slice(0, -1), ...data.shape.slice(depth)] }]
  },
  derivative: (call) => {
    const zeros = zerosLike(call, inputOf(call, 0))
    const updates = [zeros, inputOf(call, 1), gradientOf(call)]
    return [call.op("ScatterND", updates, { reduction: text("add") }), null]
  },
}
