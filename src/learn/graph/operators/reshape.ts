/** @file The same elements in another shape. */
import { wholeOrScalar } from "../broadcast.ts"
import { constantInts, inputOf, integers, intOf, type Operator, shapeFault } from "../operator.ts"
import { type Dimension, nodeOf, type Shape, type SymbolicTensor } from "../tensor.ts"

/** The wanted shape is a constant (0 keeps a size, one -1 is what remains) or the Shape of another tensor. */
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
  derivative: (call) => {
    if (!call.needs(0)) return [null, null]
    const gradient = wholeOrScalar(call)
    if (gradient.shape.length === 0) return [gradient, null]
    const { op } = call
    const input = inputOf(call, 0)
    const free = input.shape.filter((size) => typeof size === "string").length
    const wanted =
      free <= 1 && !input.shape.includes(0)
        ? integers(input.shape.map((size) => (typeof size === "string" ? -1 : size)))
        : op("Shape", [input])
    return [op("Reshape", [gradient, wanted]), null]
  },
}

function reshaped(shape: Shape, wanted: SymbolicTensor, allowZero: number): Shape {
  const sizes = constantInts(wanted)
  if (sizes === null) {
    const node = nodeOf(wanted)
    const of = node?.operator.name === "Shape" ? node.inputs[0] : null
    if (of === undefined || of === null)
      throw shapeFault("Reshape", "the wanted shape is neither a constant nor the Shape of a tensor")
    return of.shape
  }
  const kept = sizes.map((size, axis) => (size === 0 && allowZero === 0 ? (shape[axis] ?? 0) : size))
  return kept.map((size) => (size === -1 ? remaining(shape, kept) : size))
}

/** What -1 stands for: the product of the sizes before, divided by that of the others after. */
function remaining(shape: Shape, kept: readonly Dimension[]): Dimension {
  const free = shape.filter((size) => typeof size === "string")
  const others = kept.filter((size) => size !== -1)
  for (const size of others.filter((other) => typeof other === "string")) {
    const at = free.indexOf(size)
    if (at < 0) throw shapeFault("Reshape", `[${shape.join(", ")}] has no size ${size}`)
    free.splice(at, 1)
  }
  const product = (sizes: readonly Dimension[]) =>
    sizes.reduce<number>((result, size) => (typeof size === "number" ? result * size : result), 1)
  const [before, after] = [product(shape), product(others)]
  if (after === 0 || before % after !== 0 || free.length > 1)
    throw shapeFault("Reshape", `[${shape.join(", ")}] does not fill [${kept.join(", ")}]`)
  const [name] = free
  if (name === undefined) return before / after
  return before === after ? name : `${name}*${before / after}`
}
