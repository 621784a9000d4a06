/**
 * @file Nodes of constants are computed when they are made. Only operators whose result IEEE 754 fixes to the last bit: here and in the engine
 * they give the same numbers.
 */
import assert from "node:assert"

import { elementCountOf } from "../../onnx/element-types.ts"
import { broadcastShape } from "./broadcast.ts"
import { constantInts } from "./operator.ts"
import { constant, type SymbolicTensor } from "./tensor.ts"

/** A constant is not spread beyond this many elements: a file should not hold what a node can repeat. */
const elementsMax = 65_536

const unary: Readonly<Record<string, (x: number) => number>> = {
  Neg: (x) => -x,
  Sqrt: Math.sqrt,
  Abs: Math.abs,
  Reciprocal: (x) => 1 / x,
}

const binary: Readonly<Record<string, (x: number, y: number) => number>> = {
  Add: (x, y) => x + y,
  Sub: (x, y) => x - y,
  Mul: (x, y) => x * y,
  Div: (x, y) => x / y,
}

/** The constant that a node of constants is; null where it is not one of these. */
export function folded(operator: string, inputs: readonly (SymbolicTensor | null)[]): SymbolicTensor | null {
  const [first, second] = inputs.map((input) => (input === null ? null : floatsOf(input)))
  if (!first) return null
  const ofOne = unary[operator]
  if (ofOne !== undefined && inputs.length === 1)
    return made(
      first,
      first.shape,
      Array.from(first.data, (x) => ofOne(x)),
    )
  const ofTwo = binary[operator]
  if (ofTwo !== undefined && second && second.type === first.type)
    return combined(operator, first, second, ofTwo)
  if (operator !== "Reshape" && operator !== "Squeeze" && operator !== "Unsqueeze") return null
  return moved(operator, first, constantInts(inputs[1]))
}

type Floats = {
  readonly type: "float32" | "float64"
  readonly shape: readonly number[]
  readonly data: Float32Array | Float64Array
}

function floatsOf({ origin }: SymbolicTensor): Floats | null {
  if (origin.kind !== "constant") return null
  const { value } = origin
  return (value.type === "float32" || value.type === "float64") && value.data.length <= elementsMax
    ? value
    : null
}

/** Rounded to the type: float64 holds sum, product, quotient and root of float32 well enough for one correct rounding (Figueroa 1995). */
function made({ type }: Floats, shape: readonly number[], data: ArrayLike<number>): SymbolicTensor {
  return type === "float32"
    ? constant({ type, shape, data: Float32Array.from(data) })
    : constant({ type, shape, data: Float64Array.from(data) })
}

function combined(
  operator: string,
  first: Floats,
  second: Floats,
  of: (x: number, y: number) => number,
): SymbolicTensor | null {
  const shape = broadcastShape(operator, [first.shape, second.shape]).map(Number)
  const count = elementCountOf(shape)
  if (count > elementsMax) return null
  const [left, right] = [placesIn(first.shape, shape), placesIn(second.shape, shape)]
  const values = Array.from({ length: count }, (_, at) =>
    of(first.data[left(at)] ?? Number.NaN, second.data[right(at)] ?? Number.NaN),
  )
  return made(first, shape, values)
}

/** Where in a tensor the element is that stands at a place of the shape it is broadcast to. */
function placesIn(shape: readonly number[], whole: readonly number[]): (at: number) => number {
  const lead = whole.length - shape.length
  return (at) => {
    let [rest, place, stride] = [at, 0, 1]
    for (let axis = whole.length - 1; axis >= lead; axis--) {
      const size = whole[axis] ?? 1
      const own = shape[axis - lead] ?? 1
      if (own !== 1) place += (rest % size) * stride
      rest = Math.floor(rest / size)
      stride *= own
    }
    return place
  }
}

function moved(operator: string, first: Floats, wanted: readonly number[] | null): SymbolicTensor | null {
  if (wanted === null) return null
  const { shape, data } = first
  if (operator === "Reshape") {
    if (wanted.includes(0)) return null
    const known = wanted.reduce((product, size) => (size === -1 ? product : product * size), 1)
    const sizes = wanted.map((size) => (size === -1 ? data.length / known : size))
    // A shape that does not fit is refused where nodes are made.
    return elementCountOf(sizes) === data.length ? made(first, sizes, data) : null
  }
  const rank = operator === "Squeeze" ? shape.length : shape.length + wanted.length
  const axes = wanted.map((axis) => (axis < 0 ? axis + rank : axis))
  if (operator === "Squeeze") {
    if (axes.some((axis) => shape[axis] !== 1)) return null
    return made(
      first,
      shape.filter((_, axis) => !axes.includes(axis)),
      data,
    )
  }
  const left = [...shape]
  const sizes = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (left.shift() ?? 1)))
  assert(left.length === 0)
  return made(first, sizes, data)
}
