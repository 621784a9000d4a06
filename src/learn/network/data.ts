/** @file What users give for x and y becomes arrays of the shapes that the network reads, or a fault that names the difference. */
import { fault } from "../../base/errors.ts"
import { elementCountOf } from "../../onnx/element-types.ts"
import type { TrainingArray } from "./source.ts"

/** Row-major data with its shape. */
export type ArrayInput = {
  readonly data: Float32Array | Float64Array | Int32Array | BigInt64Array | readonly number[]
  readonly shape: readonly number[]
}

type Nested = readonly number[] | readonly (readonly number[])[] | readonly (readonly (readonly number[])[])[]

/** Numbers, rows of numbers (of rows of numbers), or flat data with a shape. */
export type DataInput = Nested | Float32Array | Float64Array | Int32Array | BigInt64Array | ArrayInput

/** One array, or one per input of a model. */
export type ModelData = DataInput | readonly DataInput[]

/** Throws NETWORK_DATA. `name` is how faults call it. */
export function toArray(
  input: ModelData,
  wanted: {
    readonly name: string
    readonly type: "float32" | "int64"
    readonly rowShape: readonly number[] | null
  },
): TrainingArray {
  const { name, type, rowShape } = wanted
  const { data, shape } = flatten(input, name)
  const fitted = rowShape === null ? shape : fitShape(shape, rowShape, name)
  if (elementCountOf(fitted) !== data.length)
    throw fault("NETWORK_DATA", {
      reason: `${name} has ${data.length} values for the shape [${shape.join(", ")}]`,
    })
  if (type === "int64") return { type, shape: fitted, data: toIntegers(data, name) }
  return { type, shape: fitted, data: data instanceof Float32Array ? data : Float32Array.from(data, Number) }
}

type Flat = { readonly data: ArrayInput["data"]; readonly shape: readonly number[] }

function flatten(input: ModelData, name: string): Flat {
  if (ArrayBuffer.isView(input)) return { data: input, shape: [input.length] }
  if ("shape" in input) return input
  const shape: number[] = []
  for (let part: unknown = input; Array.isArray(part); part = part[0]) shape.push(part.length)
  if (shape.length === 1 || shape.length === 0) {
    const numbers = input.filter((value) => typeof value === "number")
    if (numbers.length !== input.length) throw ragged(name)
    return { data: numbers, shape: [numbers.length] }
  }
  const data = new Float64Array(elementCountOf(shape))
  const end = fill(data, 0, input, shape, name)
  if (end !== data.length) throw ragged(name)
  return { data, shape }
}

function fill(
  data: Float64Array,
  from: number,
  part: unknown,
  shape: readonly number[],
  name: string,
): number {
  const [size, ...rest] = shape
  if (!Array.isArray(part) || part.length !== size) throw ragged(name)
  let at = from
  for (const value of part) {
    if (rest.length > 0) at = fill(data, at, value, rest, name)
    else {
      if (typeof value !== "number") throw ragged(name)
      data[at] = value
      at++
    }
  }
  return at
}

function ragged(name: string): Error {
  return fault("NETWORK_DATA", { reason: `${name} is not made of numbers in rows of one length` })
}

/** [rows] is [rows, 1] where one value a row is wanted, and the other way round. */
function fitShape(shape: readonly number[], rowShape: readonly number[], name: string): readonly number[] {
  const [rows = 0, ...rest] = shape
  const same = rest.length === rowShape.length && rest.every((size, axis) => size === rowShape[axis])
  if (same) return shape
  const isOne = (sizes: readonly number[]) => sizes.length === 0 || (sizes.length === 1 && sizes[0] === 1)
  if (isOne(rest) && isOne(rowShape)) return [rows, ...rowShape]
  throw fault("NETWORK_DATA", {
    reason: `${name} is [${shape.join(", ")}]: ${rowsText(rest)}, but ${rowsText(rowShape)} are wanted`,
  })
}

function rowsText(rowShape: readonly number[]): string {
  return rowShape.length === 0 ? "rows of one number" : `rows of [${rowShape.join(", ")}]`
}

function toIntegers(data: ArrayInput["data"], name: string): BigInt64Array {
  if (data instanceof BigInt64Array) return data
  const wrong = data.findIndex((value) => !Number.isInteger(value))
  if (wrong >= 0)
    throw fault("NETWORK_DATA", { reason: `${name} holds ${data[wrong]}, which is no whole number` })
  return BigInt64Array.from(data, BigInt)
}

/** Throws NETWORK_DATA_NOT_FINITE: one such value would make every weight NaN. */
export function checkFinite({ type, shape, data }: TrainingArray, name: string): void {
  if (type === "int64") return
  const wrong = firstNotFinite(data)
  if (wrong < 0) return
  const width = data.length / Math.max(shape[0] ?? 1, 1)
  throw fault("NETWORK_DATA_NOT_FINITE", { name, row: Math.floor(wrong / width) })
}

/** Index of the first NaN or infinity; -1 when there is none. */
export function firstNotFinite(values: Float32Array): number {
  // x - x is 0 for every finite x: one pass without a branch, and a search only if it fails.
  let sum = 0
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0
    sum += value - value
  }
  return sum === 0 ? -1 : values.findIndex((value) => !Number.isFinite(value))
}
