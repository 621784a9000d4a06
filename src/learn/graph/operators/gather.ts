/** @file Slices of a tensor by index along an axis, as an embedding looks up its rows. */
import { ints, text } from "../../../onnx/attributes.ts"
import { zerosLike } from "../broadcast.ts"
import { axisOf, gradientOf, inputOf, integers, intOf, type Operator } from "../operator.ts"
import type { SymbolicTensor } from "../tensor.ts"

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
    const [data, indices] = [inputOf(call, 0), inputOf(call, 1)]
    const axis = axisOf(intOf(call.attributes, "axis", 0), data.shape.length, "Gather")
    const places = op("Unsqueeze", [indices, integers([indices.shape.length])])
    const added = { reduction: text("add") }
    if (axis === 0) return [op("ScatterND", [zerosLike(call, data), places, gradientOf(call)], added), null]
    // Index tuples name the first axes: the gathered ones go in front, and back again.
    const inFront = op("Transpose", [gradientOf(call)], { perm: moved(call.outputs, axis, indices) })
    const swapped = placesOf(data.shape.length)
    const there = { perm: ints([axis, ...swapped.filter((at) => at !== axis)]) }
    const back = { perm: ints([...swapped.slice(1, axis + 1), 0, ...swapped.slice(axis + 1)]) }
    const zeros = op("Transpose", [zerosLike(call, data)], there)
    return [op("Transpose", [op("ScatterND", [zeros, places, inFront], added)], back), null]
  },
}

function moved(outputs: readonly SymbolicTensor[], axis: number, indices: SymbolicTensor) {
  const order = placesOf(outputs[0]?.shape.length ?? 0)
  const end = axis + indices.shape.length
  return ints([...order.slice(axis, end), ...order.slice(0, axis), ...order.slice(end)])
}

function placesOf(rank: number): readonly number[] {
  return Array.from({ length: rank }, (_, axis) => axis)
}
