/** @file An ONNX model as plain readonly data: what defines its computation and its contract, without debugging notes. */
import type { ElementType, PackedType } from "./element-types.ts"

export type Model = {
  readonly irVersion: number
  readonly opsets: readonly OperatorSet[]
  readonly producerName: string
  readonly producerVersion: string
  readonly domain: string
  readonly modelVersion: bigint
  readonly description: string
  readonly metadata: Readonly<Record<string, string>>
  readonly graph: Graph
  readonly functions: readonly FunctionDefinition[]
}

/** `""` and `ai.onnx` are the same domain. */
export type OperatorSet = { readonly domain: string; readonly version: number }

export type Graph = {
  readonly name: string
  readonly description: string
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  /** Declared types of inner values; may be empty. */
  readonly values: readonly ValueInfo[]
  readonly initializers: readonly Initializer[]
  readonly sparseInitializers: readonly SparseInitializer[]
  /** In an order in which each node comes after what it reads. */
  readonly nodes: readonly Node[]
}

/** An input or output `""` is an optional one that is left out. */
export type Node = {
  readonly operator: string
  readonly domain: string
  /** Chooses among functions of one name; `""` for operators. */
  readonly overload: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: readonly Attribute[]
}

export type Attribute = { readonly name: string; readonly value: AttributeValue }

export type AttributeValue =
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "tensor"; readonly value: TensorValue }
  | { readonly kind: "graph"; readonly value: Graph }
  | { readonly kind: "sparseTensor"; readonly value: SparseTensorValue }
  | { readonly kind: "type"; readonly value: ValueType }
  | { readonly kind: "floats"; readonly value: Float32Array }
  | { readonly kind: "ints"; readonly value: BigInt64Array }
  | { readonly kind: "strings"; readonly value: readonly string[] }
  | { readonly kind: "tensors"; readonly value: readonly TensorValue[] }
  | { readonly kind: "graphs"; readonly value: readonly Graph[] }
  | { readonly kind: "sparseTensors"; readonly value: readonly SparseTensorValue[] }
  | { readonly kind: "types"; readonly value: readonly ValueType[] }
  /** Inside a function: the value of the function's own attribute of this name. */
  | { readonly kind: "reference"; readonly value: string; readonly of: AttributeKind }

export const attributeKinds = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
  sparseTensor: 11,
  sparseTensors: 12,
  type: 13,
  types: 14,
} as const

/** Kinds as AttributeProto.AttributeType numbers them. */
export type AttributeKind = keyof typeof attributeKinds

/** Row-major data; bool as bytes of 0 and 1. Types that we do not compute with keep their raw little-endian bytes. */
export type TensorValue =
  | { readonly type: "float32"; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly type: "float64"; readonly shape: readonly number[]; readonly data: Float64Array }
  | { readonly type: "int64"; readonly shape: readonly number[]; readonly data: BigInt64Array }
  | { readonly type: "int32"; readonly shape: readonly number[]; readonly data: Int32Array }
  | { readonly type: "uint8" | "bool"; readonly shape: readonly number[]; readonly data: Uint8Array }
  | { readonly type: "string"; readonly shape: readonly number[]; readonly data: readonly string[] }
  | { readonly type: PackedType; readonly shape: readonly number[]; readonly data: Uint8Array }

export type Initializer = { readonly name: string; readonly tensor: TensorValue }

/** `indices` [n] linear or [n, rank], of the `values` [n]. */
export type SparseTensorValue = {
  readonly shape: readonly number[]
  readonly values: TensorValue
  readonly indices: TensorValue
}

export type SparseInitializer = { readonly name: string; readonly tensor: SparseTensorValue }

/** `type` is null where the file says nothing. */
export type ValueInfo = {
  readonly name: string
  readonly type: ValueType | null
  readonly description: string
}

/** `shape` is null when even the rank is open. */
export type ValueType =
  | {
      readonly kind: "tensor" | "sparseTensor"
      readonly elementType: ElementType
      readonly shape: readonly Dimension[] | null
    }
  | { readonly kind: "sequence" | "optional"; readonly of: ValueType }
  | { readonly kind: "map"; readonly keyType: ElementType; readonly of: ValueType }
  | { readonly kind: "opaque"; readonly domain: string; readonly name: string }

/** A size, the name of a free size, or `""` for a free size without a name. */
export type Dimension = number | string

export type FunctionDefinition = {
  readonly name: string
  readonly domain: string
  readonly overload: string
  readonly description: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Names of attributes without a default. */
  readonly attributes: readonly string[]
  readonly attributeDefaults: readonly Attribute[]
  readonly nodes: readonly Node[]
  readonly opsets: readonly OperatorSet[]
  readonly values: readonly ValueInfo[]
}
