/** @file Model files as bytes and back: meaning is kept, and bytes of any origin are safe to read. */
import assert from "node:assert/strict"
import { test } from "node:test"

import fc from "fast-check"

import { decodeModel, encodeModel } from "../../src/onnx/codec.ts"
import type { ElementType } from "../../src/onnx/element-types.ts"
import type {
  Attribute,
  AttributeValue,
  Graph,
  Model,
  Node,
  SparseTensorValue,
  TensorValue,
  ValueInfo,
  ValueType,
} from "../../src/onnx/model.ts"
import { float32, int64, strings } from "../../src/onnx/tensors.ts"

/** Records of ordinary objects, which compare equal to decoded ones. */
function record<Value>(fields: { [Key in keyof Value]: fc.Arbitrary<Value[Key]> }): fc.Arbitrary<Value> {
  return fc.record<Value>(fields, { noNullPrototype: true })
}

const word = fc.string({ unit: "grapheme", maxLength: 8 })
const short = <Value>(value: fc.Arbitrary<Value>) => fc.array(value, { maxLength: 3 })
const size = fc.integer({ min: 0, max: 3 })

/** Data of as many elements as its shape says. */
function filled<Data, Type extends string>(type: Type, make: (count: number) => fc.Arbitrary<Data>) {
  return fc
    .array(size, { maxLength: 3 })
    .chain((shape) =>
      make(shape.reduce((product, next) => product * next, 1)).map((data) => ({ type, shape, data })),
    )
}
const exactly = (count: number) => ({ minLength: count, maxLength: count })

const tensor: fc.Arbitrary<TensorValue> = fc.oneof(
  filled("float32", (count) => fc.float32Array(exactly(count))),
  filled("float64", (count) => fc.float64Array(exactly(count))),
  filled("int64", (count) => fc.bigInt64Array(exactly(count))),
  filled("int32", (count) => fc.int32Array(exactly(count))),
  filled("uint8", (count) => fc.uint8Array(exactly(count))),
  filled("bool", (count) => fc.uint8Array({ ...exactly(count), max: 1 })),
  filled("string", (count) => fc.array(word, exactly(count))),
  filled("float16", (count) => fc.uint8Array(exactly(2 * count))),
  filled("int4", (count) => fc.uint8Array(exactly(Math.ceil(count / 2)))),
  filled("complex128", (count) => fc.uint8Array(exactly(16 * count))),
)
const sparseTensor: fc.Arbitrary<SparseTensorValue> = record({
  shape: fc.array(size, { maxLength: 3 }),
  values: tensor,
  indices: tensor,
})
const elementType = fc.constantFrom<ElementType[]>("float32", "string", "int64", "bfloat16", "uint4")
const shape = fc.option(short(fc.oneof(size, word)), { nil: null })
const type: fc.Arbitrary<ValueType> = fc.letrec<{ type: ValueType }>((tie) => ({
  type: fc.oneof(
    { depthSize: "small" },
    record({ kind: fc.constantFrom("tensor", "sparseTensor"), elementType, shape }),
    record({ kind: fc.constantFrom("sequence", "optional"), of: tie("type") }),
    record({ kind: fc.constant("map"), keyType: elementType, of: tie("type") }),
    record({ kind: fc.constant("opaque"), domain: word, name: word }),
  ),
})).type
const valueInfo: fc.Arbitrary<ValueInfo> = record({
  name: word,
  type: fc.option(type, { nil: null }),
  description: word,
})
const opset = record({ domain: word, version: fc.integer() })
const float = fc.float()

const tied = fc.letrec<{ graph: Graph; node: Node; attribute: Attribute }>((tie) => ({
  graph: record({
    name: word,
    description: word,
    inputs: short(valueInfo),
    outputs: short(valueInfo),
    values: short(valueInfo),
    initializers: short(record({ name: word, tensor })),
    sparseInitializers: short(record({ name: word, tensor: sparseTensor })),
    nodes: fc.array(tie("node"), { maxLength: 3, depthIdentifier: "graph" }),
  }),
  node: record({
    operator: word,
    domain: word,
    overload: word,
    name: word,
    inputs: short(word),
    outputs: short(word),
    attributes: fc.array(tie("attribute"), { maxLength: 2, depthIdentifier: "graph" }),
  }),
  attribute: record({
    name: word,
    value: fc.oneof<fc.MaybeWeightedArbitrary<AttributeValue>[]>(
      { arbitrary: record({ kind: fc.constant("float"), value: float }), weight: 3 },
      record({ kind: fc.constant("int"), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
      record({ kind: fc.constant("string"), value: word }),
      record({ kind: fc.constant("tensor"), value: tensor }),
      record({ kind: fc.constant("graph"), value: tie("graph") }),
      record({ kind: fc.constant("sparseTensor"), value: sparseTensor }),
      record({ kind: fc.constant("type"), value: type }),
      record({ kind: fc.constant("floats"), value: fc.float32Array({ maxLength: 4 }) }),
      record({ kind: fc.constant("ints"), value: fc.bigInt64Array({ maxLength: 4 }) }),
      record({ kind: fc.constant("strings"), value: short(word) }),
      record({ kind: fc.constant("tensors"), value: short(tensor) }),
      record({
        kind: fc.constant("graphs"),
        value: fc.array(tie("graph"), { maxLength: 2, depthIdentifier: "graph" }),
      }),
      record({ kind: fc.constant("sparseTensors"), value: short(sparseTensor) }),
      record({ kind: fc.constant("types"), value: short(type) }),
      record({
        kind: fc.constant("reference"),
        value: fc.string({ minLength: 1 }),
        of: fc.constantFrom("int", "graph", "types"),
      }),
    ),
  }),
}))

const model: fc.Arbitrary<Model> = record({
  irVersion: fc.integer(),
  opsets: short(opset),
  producerName: word,
  producerVersion: word,
  domain: word,
  modelVersion: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  description: word,
  metadata: fc.dictionary(word, word, { noNullPrototype: true, maxKeys: 3 }),
  graph: tied.graph,
  functions: short(
    record({
      name: word,
      domain: word,
      overload: word,
      description: word,
      inputs: short(word),
      outputs: short(word),
      attributes: short(word),
      attributeDefaults: short(tied.attribute),
      nodes: short(tied.node),
      opsets: short(opset),
      values: short(valueInfo),
    }),
  ),
})

test("decode(encode(model)) is the model, for models of every shape", () => {
  fc.assert(
    fc.property(model, (original) => {
      const bytes = encodeModel(original)
      assert.deepEqual(decodeModel(bytes), original)
      assert.deepEqual(encodeModel(decodeModel(bytes)), bytes)
    }),
    { numRuns: 300 },
  )
})

const small: Model = {
  irVersion: 10,
  opsets: [{ domain: "", version: 21 }],
  producerName: "",
  producerVersion: "",
  domain: "",
  modelVersion: 0n,
  description: "",
  metadata: { ["__proto__"]: "kept" },
  graph: {
    name: "g",
    description: "",
    inputs: [],
    outputs: [],
    values: [],
    initializers: [
      { name: "w", tensor: float32([1, 2, 3, 4], [2, 2]) },
      { name: "s", tensor: strings(["a", "b"]) },
      { name: "i", tensor: int64([1, 2, 3]) },
    ],
    sparseInitializers: [],
    nodes: [],
  },
  functions: [],
}

test("a metadata key of any name is kept as data", () => {
  const { metadata } = decodeModel(encodeModel(small))
  assert.deepEqual(Object.entries(metadata), [["__proto__", "kept"]])
})

test("tensors are copied out of the file, also out of a Node Buffer", () => {
  const bytes = Buffer.from(encodeModel(small))
  const decoded = decodeModel(bytes)
  bytes.fill(0)
  assert.deepEqual(decoded.graph.initializers, small.graph.initializers)
})

test("a tensor that is a part of a larger buffer is written as that part", () => {
  const data = Float32Array.of(0, 1, 2, 3).subarray(1, 3)
  const initializers = [{ name: "part", tensor: { type: "float32" as const, shape: [2], data } }]
  const bytes = encodeModel({ ...small, graph: { ...small.graph, initializers } })
  assert.deepEqual(decodeModel(bytes).graph.initializers, [{ name: "part", tensor: float32([1, 2]) }])
})
