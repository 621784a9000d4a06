/** @file ValueInfoProto, TypeProto and TensorShapeProto to the types of values. */
import type { ElementType } from "../element-types.ts"
import type { Dimension, ValueInfo, ValueType } from "../model.ts"
import { readElementType } from "./decode-tensor.ts"
import { decodeLimits, type Source } from "./source.ts"

export function readValueInfo(source: Source): ValueInfo {
  let name = ""
  let description = ""
  let type: ValueType | null = null
  source.message((field) => {
    if (field === 1) name = source.text()
    else if (field === 2) type = readType(source)
    else if (field === 3) description = source.text()
    else source.skip()
  })
  return { name, type, description }
}

export function readType(source: Source): ValueType {
  const types: ValueType[] = []
  source.message((field) => {
    switch (field) {
      case 1:
        types.push({ kind: "tensor", ...readTensorType(source) })
        return
      case 4:
        types.push({ kind: "sequence", of: readContained(source) })
        return
      case 5:
        types.push({ kind: "map", ...readMap(source) })
        return
      case 7:
        types.push(readOpaque(source))
        return
      case 8:
        types.push({ kind: "sparseTensor", ...readTensorType(source) })
        return
      case 9:
        types.push({ kind: "optional", of: readContained(source) })
        return
      default:
        return source.skip()
    }
  })
  return types.at(-1) ?? source.fail("a value has an empty type")
}

function readTensorType(source: Source): { elementType: ElementType; shape: readonly Dimension[] | null } {
  let number = 0
  let shape: readonly Dimension[] | null = null
  source.message((field) => {
    if (field === 1) number = source.integer()
    else if (field === 2) shape = readShape(source)
    else source.skip()
  })
  return { elementType: readElementType(source, number), shape }
}

function readShape(source: Source): readonly Dimension[] {
  const shape: Dimension[] = []
  source.message((field) => {
    if (field !== 1) return source.skip()
    if (shape.length === decodeLimits.dimensionsMax) source.fail("a value has too many dimensions")
    shape.push(readDimension(source))
  })
  return shape
}

function readDimension(source: Source): Dimension {
  let dimension: Dimension = ""
  source.message((field) => {
    if (field === 1) dimension = source.integer()
    else if (field === 2) dimension = source.text()
    else source.skip()
  })
  // Some exporters write -1, or any negative number, for a free size.
  return typeof dimension === "number" && dimension < 0 ? "" : dimension
}

function readContained(source: Source): ValueType {
  const types: ValueType[] = []
  source.message((field) => {
    if (field === 1) types.push(readType(source))
    else source.skip()
  })
  return types.at(-1) ?? source.fail("a value has an empty type")
}

function readMap(source: Source): { keyType: ElementType; of: ValueType } {
  let number = 0
  const types: ValueType[] = []
  source.message((field) => {
    if (field === 1) number = source.integer()
    else if (field === 2) types.push(readType(source))
    else source.skip()
  })
  const of = types.at(-1) ?? source.fail("a value has an empty type")
  return { keyType: readElementType(source, number), of }
}

function readOpaque(source: Source): ValueType {
  let domain = ""
  let name = ""
  source.message((field) => {
    if (field === 1) domain = source.text()
    else if (field === 2) name = source.text()
    else source.skip()
  })
  return { kind: "opaque", domain, name }
}
