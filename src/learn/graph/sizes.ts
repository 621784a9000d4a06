/** @file Sizes as values: what a graph computes from the shapes of its tensors is known while it is built, names of free sizes included. */
import { axisOf, type Call, constantInts, inputOf, intOf } from "./operator.ts"
import { type Dimension, nodeOf, type Shape, type SymbolicNode, type SymbolicTensor } from "./tensor.ts"

/**
 * The elements of an int64 tensor that holds sizes: a constant, the Shape of a tensor, or what exporters make of these before a Reshape or an
 * Expand; null where they depend on data.
 */
export function sizesOf(tensor: SymbolicTensor): readonly Dimension[] | null {
  const known = tensor.type === "int64" ? constantInts(tensor) : null
  if (known !== null) return known
  const node = tensor.type === "int64" ? nodeOf(tensor) : null
  return node === null ? null : (computed[node.operator.name]?.(node) ?? null)
}

/** A size that is another one and some more: `batch`, or `batch+2`. */
export function added(size: Dimension, more: number): Dimension {
  if (typeof size === "number") return size + more
  const [, name = size, before = "0"] = /^(.*?)([+-]\d+)?$/.exec(size) ?? []
  const sum = Number(before) + more
  return sum === 0 ? name : `${name}${sum < 0 ? "" : "+"}${sum}`
}

/** The product of sizes: a number, or the free ones' names with the product of the others, as `batch*3`. */
export function productOf(sizes: Shape): Dimension {
  return sizeOf(factorsOf(sizes))
}

/** What one product of sizes is of another; null where that is not a whole number of known ones. */
export function quotientOf(sizes: Shape, by: Shape): Dimension | null {
  const { known, names } = factorsOf(sizes)
  const divisor = factorsOf(by)
  const rest = [...names]
  for (const name of divisor.names) {
    const at = rest.indexOf(name)
    if (at < 0) return null
    rest.splice(at, 1)
  }
  if (divisor.known === 0 || known % divisor.known !== 0) return null
  return sizeOf({ known: known / divisor.known, names: rest })
}

type Factors = { readonly known: number; readonly names: readonly string[] }

function factorsOf(sizes: Shape): Factors {
  const factors = sizes.flatMap((size): Shape => (typeof size === "string" ? size.split("*") : [size]))
  let known = 1
  const names: string[] = []
  for (const factor of factors) {
    const number = Number(factor)
    if (Number.isNaN(number)) names.push(String(factor))
    else known *= number
  }
  return { known, names }
}

function sizeOf({ known, names }: Factors): Dimension {
  if (names.length === 0 || known === 0) return known
  return [...names.toSorted(), ...(known === 1 ? [] : [known])].join("*")
}

/** The sizes that a Shape gives: from its `start` to its `end`, counted from the end where they are negative. */
export function shapePart(call: Call): Shape {
  const { shape } = inputOf(call, 0)
  const place = (name: string, otherwise: number) => {
    const at = intOf(call.attributes, name, otherwise)
    return Math.min(Math.max(at < 0 ? at + shape.length : at, 0), shape.length)
  }
  return shape.slice(place("start", 0), place("end", shape.length))
}

const computed: Readonly<Record<string, (node: SymbolicNode) => readonly Dimension[] | null>> = {
  Shape: shapePart,
  Size: (node) => [productOf(inputOf(node, 0).shape)],
  Squeeze: unchanged,
  Unsqueeze: unchanged,
  Reshape: unchanged,
  Identity: unchanged,
  Cast: unchanged,
  Concat: (node) => {
    const parts = node.inputs.map((input) => (input === null ? null : sizesOf(input)))
    return parts.every((part) => part !== null) ? parts.flat() : null
  },
  Gather: (node) => {
    const [sizes, places] = [sizesOf(inputOf(node, 0)), constantInts(inputOf(node, 1))]
    if (sizes === null || places === null) return null
    return places.map((place) => sizes[axisOf(place, sizes.length, "Gather")] ?? 1)
  },
  Slice: (node) => {
    const sizes = sizesOf(inputOf(node, 0))
    const [[start] = [], [end] = [], [step = 1] = []] = [1, 2, 4].map(
      (input) => constantInts(node.inputs[input]) ?? undefined,
    )
    return sizes === null || start === undefined || step !== 1 ? null : sizes.slice(start, end)
  },
  Add: ofPairs((first, second) => {
    if (typeof second === "number") return added(first, second)
    return typeof first === "number" ? added(second, first) : null
  }),
  Sub: ofPairs((first, second) => (typeof second === "number" ? added(first, -second) : null)),
  Mul: ofPairs((first, second) => productOf([first, second])),
  Div: ofPairs((first, second) => {
    if (typeof first !== "number" || typeof second !== "number") return quotientOf([first], [second])
    return second === 0 ? null : Math.trunc(first / second)
  }),
  Mod: ofPairs((first, second) => {
    if (typeof first !== "number" || typeof second !== "number") return null
    return first >= 0 && second > 0 ? first % second : null
  }),
}

/** Of two sizes each, or of one and many. */
function ofPairs(of: (first: Dimension, second: Dimension) => Dimension | null) {
  return (node: SymbolicNode): readonly Dimension[] | null => {
    const [first, second] = [sizesOf(inputOf(node, 0)), sizesOf(inputOf(node, 1))]
    if (first === null || second === null || first.length === 0 || second.length === 0) return null
    const sizes = Array.from({ length: Math.max(first.length, second.length) }, (_, at) =>
      of(first[first.length === 1 ? 0 : at] ?? 0, second[second.length === 1 ? 0 : at] ?? 0),
    )
    return sizes.every((size) => size !== null) ? sizes : null
  }
}

function unchanged(node: SymbolicNode): readonly Dimension[] | null {
  return sizesOf(inputOf(node, 0))
}
