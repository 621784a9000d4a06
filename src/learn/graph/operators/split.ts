/** @file A tensor cut along an axis into parts: of given sizes, or so many of one size, the last one less where it does not go up. */
import { int } from "../../../onnx/attributes.ts"
import { zerosLike } from "../broadcast.ts"
import { axisOf, type Call, constantInts, inputOf, intOf, type Operator, shapeFault } from "../operator.ts"
import type { Dimension } from "../tensor.ts"

export const split: Operator = {
  name: "Split",
  domain: "",
  infer: (call) => {
    const { type, shape } = inputOf(call, 0)
    const axis = axisIn(call)
    const sizes = sizesIn(call, shape[axis])
    const sum = sizes.reduce((total, size) => total + size, 0)
    if (sum !== shape[axis])
      throw shapeFault("Split", `parts of ${sum} do not make up a size of ${shape[axis]}`)
    return sizes.map((size) => ({ type, shape: shape.map((own, at) => (at === axis ? size : own)) }))
  },
  derivative: (call) => {
    const parts = call.outputs.map((output, index) => call.gradients[index] ?? zerosLike(call, output))
    return [call.op("Concat", parts, { axis: int(axisIn(call)) }), null]
  },
}

function axisIn(call: Call): number {
  return axisOf(intOf(call.attributes, "axis", 0), inputOf(call, 0).shape.length, "Split")
}

function sizesIn(call: Call, whole: Dimension | undefined): readonly number[] {
  const given = call.inputs[1] ?? null
  const sizes = constantInts(given)
  if (given !== null && sizes === null) throw shapeFault("Split", "the sizes of its parts are no constant")
  if (sizes !== null) return sizes
  const count = intOf(call.attributes, "num_outputs", 0)
  if (typeof whole !== "number" || count < 1)
    throw shapeFault("Split", `a size of ${whole} does not split into ${count} equal parts`)
  const size = Math.ceil(whole / count)
  return Array.from({ length: count }, (_, index) => Math.min(size, Math.max(whole - index * size, 0)))
}
