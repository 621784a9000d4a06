/** @file The same elements in another shape. */
import { reshapeBack } from "../broadcast.ts"
import { inputOf, intOf, type Operator, shapeFault } from "../operator.ts"
import { quotientOf, sizesOf } from "../sizes.ts"
import { elementCount, type Shape, type SymbolicTensor } from "../tensor.ts"

/** In the wanted shape 0 keeps a size, and one -1 is what remains. */
export const reshape: Operator = {
  name: "Reshape",
  domain: "",
  infer: (call) => {
    const input = inputOf(call, 0)
    return [
      {
        type: input.type,
        shape: reshaped(input.shape, inputOf(call, 1), intOf(call.attributes, "allowzero", 0)),
      },
    ]
  },
  takesBroadcastGradients: true,
  derivative: (call) => [reshapeBack(call), null],
}

function reshaped(shape: Shape, wanted: SymbolicTensor, allowZero: number): Shape {
  const sizes = sizesOf(wanted)
  if (sizes === null) throw shapeFault("Reshape", "the wanted shape is not known")
  const kept = sizes.map((size, axis) => (size === 0 && allowZero === 0 ? (shape[axis] ?? 0) : size))
  const others = kept.filter((size) => size !== -1)
  const open = quotientOf(shape, others)
  const [before, after] = [elementCount(shape), elementCount(others)]
  const isFilled =
    others.length === kept.length ? before === null || after === null || before === after : open !== null
  if (!isFilled) throw shapeFault("Reshape", `[${shape.join(", ")}] does not fill [${kept.join(", ")}]`)
  // What -1 stands for: the product of the sizes before, divided by that of the others after.
  return kept.map((size) => (size === -1 && open !== null ? open : size))
}
