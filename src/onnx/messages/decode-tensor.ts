/** @file TensorProto and SparseTensorProto to values; data lie in one of six fields, depending on the type and on who wrote the file. */
import {
  type ElementType,
  elementCountOf,
  elementTypeOf,
  elementTypes,
  rawByteLength,
} from "../element-types.ts"
import type { SparseTensorValue, TensorValue } from "../model.ts"
import { ByteList } from "./byte-list.ts"
import { decodeLimits, type Source } from "./source.ts"

export type NamedTensor = { readonly name: string; readonly tensor: TensorValue }

type TensorFields = {
  readonly dimensions: number[]
  type: number
  name: string
  raw: Uint8Array | null
  readonly strings: string[]
  floats: ByteList | null
  doubles: ByteList | null
  int32s: ByteList | null
  int64s: ByteList | null
  uint64s: ByteList | null
}

/** A tensor costs about as much memory as this many nodes. */
const tensorWeight = 6

/** The tensor in the current field; its data is copied out of the file, so that it is aligned and does not hold the file in memory. */
export function readTensor(source: Source): NamedTensor {
  const fields = readFields(source)
  const type = readElementType(source, fields.type)
  const elementCount = countElements(source, fields.dimensions)
  const shape = fields.dimensions
  if (type === "string") {
    if (fields.strings.length !== elementCount) sizeMismatch(source, fields)
    return { name: fields.name, tensor: { type, shape, data: fields.strings } }
  }
  const bytes = dataBytes(source, fields, type)
  if (bytes.length !== rawByteLength(type, elementCount)) sizeMismatch(source, fields)
  return { name: fields.name, tensor: tensorOver(bytes, type, shape) }
}

export function readSparseTensor(source: Source): { name: string; tensor: SparseTensorValue } {
  const shape: number[] = []
  let values: NamedTensor | null = null
  let indices: NamedTensor | null = null
  source.message((field) => {
    if (field === 1) values = readTensor(source)
    else if (field === 2) indices = readTensor(source)
    else if (field === 3) readDimensions(source, shape)
    else source.skip()
  })
  return assembleSparse(source, { shape, values, indices })
}

export function readElementType(source: Source, number: number): ElementType {
  return elementTypeOf(number) ?? source.fail(`element type ${number} is not known`)
}

function readFields(source: Source): TensorFields {
  const fields: TensorFields = {
    dimensions: [],
    type: 0,
    name: "",
    raw: null,
    strings: [],
    floats: null,
    doubles: null,
    int32s: null,
    int64s: null,
    uint64s: null,
  }
  source.message((field) => {
    switch (field) {
      case 1:
        return readDimensions(source, fields.dimensions)
      case 2:
        fields.type = source.integer()
        return
      case 3:
        return source.fail("tensors in segments are not supported")
      case 4:
        fields.floats = source.floatsInto(fields.floats ?? new ByteList())
        return
      case 5:
        fields.int32s = source.int32sInto(fields.int32s ?? new ByteList())
        return
      case 6:
        fields.strings.push(source.text())
        return
      case 7:
        fields.int64s = source.int64sInto(fields.int64s ?? new ByteList())
        return
      case 8:
        fields.name = source.text()
        return
      case 9:
        fields.raw = source.bytes()
        return
      case 10:
        fields.doubles = source.doublesInto(fields.doubles ?? new ByteList())
        return
      case 11:
        fields.uint64s = source.int64sInto(fields.uint64s ?? new ByteList())
        return
      case 13:
        return source.fail("a tensor keeps its data in another file")
      case 14:
        if (source.integer() !== 0) source.fail("a tensor keeps its data in another file")
        return
      default:
        return source.skip()
    }
  }, tensorWeight)
  return fields
}

function readDimensions(source: Source, into: number[]): void {
  const dimensions = new BigInt64Array(source.int64sInto(new ByteList()).take().buffer)
  if (into.length + dimensions.length > decodeLimits.dimensionsMax)
    source.fail("a tensor has too many dimensions")
  for (const dimension of dimensions) into.push(readDimension(source, dimension))
}

function readDimension(source: Source, dimension: bigint): number {
  if (dimension < 0n || dimension > Number.MAX_SAFE_INTEGER)
    source.fail(`${dimension} is no size of a tensor`)
  return Number(dimension)
}

function countElements(source: Source, dimensions: readonly number[]): number {
  const count = elementCountOf(dimensions)
  if (!Number.isSafeInteger(count)) source.fail(`a tensor of shape [${dimensions.join(", ")}] is too large`)
  return count
}

function sizeMismatch(source: Source, fields: TensorFields): never {
  return source.fail(`a tensor of shape [${fields.dimensions.join(", ")}] has data of another size`)
}

const empty = new ByteList()

function dataBytes(source: Source, fields: TensorFields, type: ElementType): Uint8Array<ArrayBuffer> {
  if (fields.raw !== null) return fields.raw.slice()
  switch (type) {
    case "float32":
    case "complex64":
      return (fields.floats ?? empty).take()
    case "float64":
    case "complex128":
      return (fields.doubles ?? empty).take()
    case "int64":
      return (fields.int64s ?? empty).take()
    case "uint64":
      return (fields.uint64s ?? empty).take()
    case "uint32":
      return (fields.uint64s ?? empty).takeNarrowed(8, 4)
    case "int32":
      return (fields.int32s ?? empty).take()
    case "string":
      return source.fail("texts have no bytes")
    default:
      // Types below a byte come several to a byte and one byte to an int32.
      return (fields.int32s ?? empty).takeNarrowed(4, Math.max(1, elementTypes[type].bits / 8))
  }
}

// Every machine that Node 24 runs on is little-endian or refused by onnxruntime-node, so a view is a conversion.
function tensorOver(
  bytes: Uint8Array<ArrayBuffer>,
  type: Exclude<ElementType, "string">,
  shape: readonly number[],
): TensorValue {
  switch (type) {
    case "float32":
      return { type, shape, data: new Float32Array(bytes.buffer) }
    case "float64":
      return { type, shape, data: new Float64Array(bytes.buffer) }
    case "int64":
      return { type, shape, data: new BigInt64Array(bytes.buffer) }
    case "int32":
      return { type, shape, data: new Int32Array(bytes.buffer) }
    default:
      return { type, shape, data: bytes }
  }
}

function assembleSparse(
  source: Source,
  parts: {
    readonly shape: readonly number[]
    readonly values: NamedTensor | null
    readonly indices: NamedTensor | null
  },
): { name: string; tensor: SparseTensorValue } {
  const { shape, values, indices } = parts
  if (values === null || indices === null) source.fail("a sparse tensor lacks its values or indices")
  return { name: values.name, tensor: { shape, values: values.tensor, indices: indices.tensor } }
}
