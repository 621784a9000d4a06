/** @file Tensors of the Open Inference Protocol's JSON form to and from ours; nested or flat data, exact 64-bit integers where JSON carries them. */
import { fault } from "../../base/errors.ts"
import type { Tensor, TensorDeclaration, Tensors, TensorType } from "../../engine/session.ts"

/** Names of the protocol, required_api table "Tensor Data Types". */
const datatypes = {
  float32: "FP32",
  float64: "FP64",
  int64: "INT64",
  int32: "INT32",
  uint8: "UINT8",
  bool: "BOOL",
  string: "BYTES",
} as const

export function datatypeOf(type: TensorType): string {
  return datatypes[type]
}

export type RequestTensor = {
  readonly name: string
  readonly shape: readonly number[]
  readonly datatype: string
  readonly data: readonly unknown[]
}

/** Throws TENSOR_INVALID: every declared input once, none unknown, types and shapes as declared. */
export function readTensors(
  given: readonly RequestTensor[],
  declared: readonly TensorDeclaration[],
): { feeds: Tensors; rowCount: number } {
  const feeds: Record<string, Tensor> = {}
  let rowCount: number | null = null
  for (const tensor of given) {
    const declaration = declared.find(({ name }) => name === tensor.name)
    if (declaration === undefined)
      throw invalid(
        tensor.name,
        `the model has no such input; it has ${declared.map(({ name }) => name).join(", ")}`,
      )
    if (Object.hasOwn(feeds, tensor.name)) throw invalid(tensor.name, "it is given twice")
    checkShape(tensor, declaration)
    const [batch = 0] = tensor.shape
    if (rowCount !== null && batch !== rowCount)
      throw invalid(tensor.name, `it has ${batch} rows, another input has ${rowCount}`)
    rowCount = batch
    feeds[tensor.name] = tensorOf(tensor, declaration.type)
  }
  const missing = declared.find(({ name }) => !Object.hasOwn(feeds, name))
  if (missing !== undefined) throw invalid(missing.name, "it is missing")
  return { feeds, rowCount: rowCount ?? 0 }
}

export function writeTensor(
  name: string,
  tensor: Tensor,
): { name: string; datatype: string; shape: readonly number[]; data: unknown[] } {
  return { name, datatype: datatypeOf(tensor.type), shape: tensor.shape, data: jsonData(tensor) }
}

function checkShape(tensor: RequestTensor, declaration: TensorDeclaration): void {
  const expected = datatypeOf(declaration.type)
  if (tensor.datatype !== expected)
    throw invalid(tensor.name, `its datatype is ${tensor.datatype}, the model takes ${expected}`)
  const fits =
    tensor.shape.length === declaration.shape.length &&
    tensor.shape.every(
      (size, index) =>
        Number.isSafeInteger(size) && size >= 0 && [-1, size].includes(declaration.shape[index] ?? 0),
    )
  if (!fits)
    throw invalid(
      tensor.name,
      `its shape is [${tensor.shape.join(", ")}], the model takes [${declaration.shape.join(", ")}]`,
    )
}

function tensorOf(given: RequestTensor, type: TensorType): Tensor {
  const { name, shape } = given
  const size = shape.reduce((product, dimension) => product * dimension, 1)
  const flat = flatten(given.data, size, name)
  if (flat.length !== size) throw invalid(name, `it has ${flat.length} values, its shape needs ${size}`)
  if (type === "string") return { type, shape, data: flat.map((value) => text(value, name)) }
  if (type === "int64")
    return { type, shape, data: BigInt64Array.from(flat, (value) => wholeNumber(value, name)) }
  const numbers = flat.map((value) => number(value, name, type))
  if (type === "float32") return { type, shape, data: Float32Array.from(numbers) }
  if (type === "float64") return { type, shape, data: Float64Array.from(numbers) }
  if (type === "int32") return { type, shape, data: Int32Array.from(numbers) }
  return { type, shape, data: Uint8Array.from(numbers) }
}

/** Row-major values of flat or nested data; stops beyond `sizeMax`, so that nothing hostile grows. */
function flatten(data: readonly unknown[], sizeMax: number, name: string): unknown[] {
  const flat: unknown[] = []
  const pending: Iterator<unknown>[] = [data[Symbol.iterator]()]
  const depthMax = 8
  while (pending.length > 0) {
    const next = pending.at(-1)?.next()
    if (next === undefined || next.done === true) {
      pending.pop()
    } else if (Array.isArray(next.value)) {
      if (pending.length >= depthMax) throw invalid(name, `it is nested deeper than ${depthMax}`)
      pending.push(next.value[Symbol.iterator]())
    } else {
      if (flat.length >= sizeMax) throw invalid(name, `it has more values than its shape needs (${sizeMax})`)
      flat.push(next.value)
    }
  }
  return flat
}

function text(value: unknown, name: string): string {
  if (typeof value !== "string") throw invalid(name, `expected texts, got ${JSON.stringify(value)}`)
  if (value.includes("\u0000")) throw invalid(name, "a text holds the character U+0000")
  return value
}

function wholeNumber(value: unknown, name: string): bigint {
  if (typeof value !== "number" || !Number.isSafeInteger(value))
    throw invalid(name, `expected whole numbers up to 2^53, got ${JSON.stringify(value)}`)
  return BigInt(value)
}

/** null is a missing value, NaN, where the type has one. */
function number(value: unknown, name: string, type: TensorType): number {
  const isFloat = type === "float32" || type === "float64"
  if (value === null && isFloat) return Number.NaN
  if (typeof value === "boolean" && type === "bool") return Number(value)
  if (typeof value !== "number") throw invalid(name, `expected numbers, got ${JSON.stringify(value)}`)
  const range = ranges[type]
  if (range !== undefined && !(Number.isInteger(value) && value >= range[0] && value <= range[1]))
    throw invalid(name, `${value} is no ${datatypeOf(type)}`)
  return value
}

const ranges: Partial<Record<TensorType, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint8: [0, 255],
  bool: [0, 1],
}

/** NaN and infinities become null: JSON has no word for them. */
function jsonData(tensor: Tensor): unknown[] {
  if (tensor.type === "string") return [...tensor.data]
  if (tensor.type === "bool") return Array.from(tensor.data, (value) => value !== 0)
  if (tensor.type === "int64") return Array.from(tensor.data, Number)
  return Array.from(tensor.data, (value) => (Number.isFinite(value) ? value : null))
}

function invalid(input: string, reason: string) {
  return fault("TENSOR_INVALID", { input, reason })
}
