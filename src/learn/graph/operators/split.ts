/** @file A tensor cut along an axis into parts of given sizes. */
import { zerosLike } from "../broadcast.ts"
import { axisOf, constantInts, inputOf, intOf, type Operator, shapeFault } from "../operator.ts"

export const split: Operator = {
  name: "Split",
  domain: "",
  infer: (call) => {
    const { type, shape } = inputOf(call, 0)
    const axis = axisOf(intOf(call.attributes, "axis", 0), shape.length, "Split")
    const sizes = constantInts(call.inputs[1])
    if (sizes === null) throw shapeFault("Split", "the sizes of its parts are no constant")
    const sum = sizes.reduce((total, size) => total + size, 0)
    if (sum !== shape[axis])
      throw shapeFault("Split", `parts of ${sum} do not make up a size of ${shape[axis]}`)
    return sizes.map((size) => ({ type, shape: shape.map((own, at) => (at === axis ? size : own)) }))
  },
  derivative: (call) => {
    const { op, gradients, outputs, attributes } = call
    const axis = axisOf(intOf(attributes, "axis", 0), inputOf(call, 0).shape.length, "Split")
    const parts = outputs.map((output, index) => gradients[index] ?? zerosLike(call, output))
    return [op("Concat", parts, { axis: { kind: "int", value: BigInt(axis) } }), null]
  },
}
