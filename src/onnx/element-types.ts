/** @file Element types of ONNX tensors: their numbers in TensorProto.DataType and their widths. */

/** Number in the file and bits an element takes in raw_data; a string has no width. */
export const elementTypes = {
  float32: { number: 1, bits: 32 },
  uint8: { number: 2, bits: 8 },
  int8: { number: 3, bits: 8 },
  uint16: { number: 4, bits: 16 },
  int16: { number: 5, bits: 16 },
  int32: { number: 6, bits: 32 },
  int64: { number: 7, bits: 64 },
  string: { number: 8, bits: 0 },
  bool: { number: 9, bits: 8 },
  float16: { number: 10, bits: 16 },
  float64: { number: 11, bits: 64 },
  uint32: { number: 12, bits: 32 },
  uint64: { number: 13, bits: 64 },
  complex64: { number: 14, bits: 64 },
  complex128: { number: 15, bits: 128 },
  bfloat16: { number: 16, bits: 16 },
  float8e4m3fn: { number: 17, bits: 8 },
  float8e4m3fnuz: { number: 18, bits: 8 },
  float8e5m2: { number: 19, bits: 8 },
  float8e5m2fnuz: { number: 20, bits: 8 },
  uint4: { number: 21, bits: 4 },
  int4: { number: 22, bits: 4 },
  float4e2m1: { number: 23, bits: 4 },
} as const

export type ElementType = keyof typeof elementTypes

/** Types that we compute with; the others are carried through as bytes. */
export type TensorType = "float32" | "float64" | "int64" | "bool" | "string" | "uint8" | "int32"

export type PackedType = Exclude<ElementType, TensorType>

const namesByNumber: ReadonlyMap<number, ElementType> = new Map([
  [1, "float32"],
  [2, "uint8"],
  [3, "int8"],
  [4, "uint16"],
  [5, "int16"],
  [6, "int32"],
  [7, "int64"],
  [8, "string"],
  [9, "bool"],
  [10, "float16"],
  [11, "float64"],
  [12, "uint32"],
  [13, "uint64"],
  [14, "complex64"],
  [15, "complex128"],
  [16, "bfloat16"],
  [17, "float8e4m3fn"],
  [18, "float8e4m3fnuz"],
  [19, "float8e5m2"],
  [20, "float8e5m2fnuz"],
  [21, "uint4"],
  [22, "int4"],
  [23, "float4e2m1"],
])

export function elementTypeOf(number: number): ElementType | undefined {
  return namesByNumber.get(number)
}

/** Bytes of raw_data for that many elements; types below a byte are packed. */
export function rawByteLength(type: ElementType, elementCount: number): number {
  return Math.ceil((elementCount * elementTypes[type].bits) / 8)
}

/** Product of the dimensions; 1 for a scalar. */
export function elementCountOf(shape: readonly number[]): number {
  let count = 1
  for (const dimension of shape) count *= dimension
  return count
}
