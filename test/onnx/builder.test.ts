/** @file Graphs from code: what the builder writes runs in ONNX Runtime with the right numbers. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { InferenceSession, Tensor } from "onnxruntime-node"

import { isFault } from "../../src/base/errors.ts"
import { float, graph, int, ints } from "../../src/onnx/attributes.ts"
import { createGraphBuilder, type GraphBuilder } from "../../src/onnx/builder.ts"
import { decodeModel, encodeModel } from "../../src/onnx/codec.ts"
import { bool, float32, float64, int32, int64, strings, uint8 } from "../../src/onnx/tensors.ts"

const metadata = { task: "binary", note: "年龄" }

async function run(builder: GraphBuilder, feeds: Record<string, Tensor>) {
  const bytes = encodeModel(builder.build({ name: "test", metadata }))
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 })
  try {
    return await session.run(feeds)
  } finally {
    await session.release()
  }
}

test("a logistic regression of Gemm and Sigmoid gives the closed form's numbers", async () => {
  const builder = createGraphBuilder()
  const x = builder.input("numeric", "float32", ["batch", 2])
  const weights = builder.constant(float32([0.5, -2], [2, 1]))
  const bias = builder.constant(float32([0.25]))
  const logits = builder.op("Gemm", [x, weights, bias], { alpha: float(1) })
  builder.output(builder.op("Sigmoid", [logits]), "probability", "float32", ["batch", 1])
  const { probability } = await run(builder, {
    numeric: new Tensor("float32", [1, 2, -3, 0.5], [2, 2]),
  })
  const expected = [1 * 0.5 - 2 * 2 + 0.25, -3 * 0.5 - 2 * 0.5 + 0.25].map((z) => 1 / (1 + Math.exp(-z)))
  assert.deepEqual(probability?.dims, [2, 1])
  for (const [row, value] of expected.entries())
    assert(Math.abs(Number(probability.data[row]) - value) < 1e-6, `${probability.data[row]} is not ${value}`)
})

test("all categories of a row are encoded by one StringConcat and one LabelEncoder", async () => {
  const builder = createGraphBuilder()
  const input = builder.input("text", "string", ["batch", 2])
  const prefixed = builder.op("StringConcat", [builder.constant(strings(["0=", "1="])), input])
  const codes = builder.op(
    "LabelEncoder",
    [prefixed],
    {
      keys_strings: ["0=red", "0=blå", "1=red"],
      values_int64s: ints([1, 2, 3]),
      default_int64: int(-1),
    },
    "ai.onnx.ml",
  )
  builder.output(codes, "codes", "int64", ["batch", 2])
  const { codes: encoded } = await run(builder, {
    text: new Tensor("string", ["red", "red", "blå", "green"], [2, 2]),
  })
  assert.deepEqual([...(encoded?.data ?? [])], [1n, 3n, 2n, -1n])
})

test("a Scan's body reads the outer scope and carries its state", async () => {
  const builder = createGraphBuilder()
  const steps = builder.input("steps", "float32", ["count"])
  const start = builder.constant(float32([0], []))
  const scale = builder.op("Mul", [builder.constant(float32([2], [])), builder.constant(float32([5], []))])
  const body = builder.subgraph()
  const sum = body.input("sum", "float32", [])
  const step = body.input("step", "float32", [])
  const next = body.op("Add", [sum, body.op("Mul", [step, scale])])
  body.output(next, "sum_out", "float32", [])
  body.output(next, "trace", "float32", [])
  const [total = "", sums = ""] = builder.node("Scan", [start, steps], {
    attributes: { body: graph(body.buildGraph("body")), num_scan_inputs: int(1) },
    outputs: 2,
  })
  // The value that the body reads becomes an output under another name: the body must follow.
  builder.output(scale, "scale", "float32", [])
  builder.output(total, "total", "float32", [])
  builder.output(sums, "sums", "float32", ["count"])
  const results = await run(builder, { steps: new Tensor("float32", [1, 2, 3], [3]) })
  assert.deepEqual([...(results.sums?.data ?? [])], [10, 30, 60])
  assert.deepEqual([...(results.total?.data ?? [])], [60])
  assert.deepEqual([...(results.scale?.data ?? [])], [10])
})

test("constants of every type come out as they went in", async () => {
  const builder = createGraphBuilder()
  const tensors = {
    float32: float32([1.5, Number.NaN], [2]),
    float64: float64([1e300, -0]),
    int64: int64([2n ** 62n, -1]),
    int32: int32([-(2 ** 31), 7]),
    uint8: uint8([0, 255]),
    bool: bool([true, false]),
    string: strings(["", "数据"]),
  }
  for (const [name, tensor] of Object.entries(tensors))
    builder.output(builder.constant(tensor), name, tensor.type, [2])
  const results = await run(builder, {})
  for (const [name, { data }] of Object.entries(tensors))
    assert.deepEqual([...(results[name]?.data ?? [])], [...data], name)
})

test("equal constants are shared, and only equal ones", () => {
  const builder = createGraphBuilder()
  const first = builder.constant(float32([1, 2]))
  assert.equal(builder.prefix("m0/").constant(float32([1, 2])), first)
  const others = [
    builder.constant(float32([1, 2], [2, 1])),
    builder.constant(float64([1, 2])),
    builder.constant(float32([1, 2]), "weights"),
    builder.subgraph().constant(float32([1, 2])),
    builder.constant(strings(["a,b"], [1])),
    builder.constant(strings(["a", "b"])),
    builder.constant(strings(['a","b'])),
  ]
  assert.equal(new Set([first, ...others]).size, others.length + 1)
})

test("names are deterministic, unique and carry the prefixes of the view that made them", () => {
  const build = () => {
    const builder = createGraphBuilder()
    const x = builder.input("x", "float32", ["batch"])
    const member = builder.prefix("m0/").prefix("head/")
    const names = [
      builder.op("Neg", [x]),
      builder.op("Neg", [x]),
      member.op("Neg", [x]),
      ...member.node("Split", [x], { outputs: 2 }),
      ...member.node("TopK", [x, x], { outputs: ["", "where"], name: "best" }),
    ]
    return names
  }
  assert.deepEqual(build(), build())
  const expected = [
    "Neg_0",
    "Neg_1",
    "m0/head/Neg_0",
    "m0/head/Split_0.0",
    "m0/head/Split_0.1",
    "",
    "m0/head/where",
  ]
  assert.deepEqual(build(), expected)
})

test("an output renames the node's value and needs an Identity only for inputs, constants and second names", () => {
  const builder = createGraphBuilder()
  const x = builder.input("x", "float32", [1])
  const y = builder.op("Neg", [x])
  builder.output(y, "negated", "float32", [1])
  builder.output(builder.op("Abs", [y]), "absolute", "float32", [1])
  assert.deepEqual(
    builder.build({ name: "test", metadata }).graph.nodes.map(({ operator }) => operator),
    ["Neg", "Abs"],
  )
  builder.output(y, "again", "float32", [1])
  builder.output(x, "same", "float32", [1])
  const { nodes } = builder.build({ name: "test", metadata }).graph
  assert.deepEqual(
    nodes.map(({ operator, inputs, outputs }) => [operator, inputs, outputs]),
    [
      ["Neg", ["x"], ["negated"]],
      ["Abs", ["negated"], ["absolute"]],
      ["Identity", ["negated"], ["again"]],
      ["Identity", ["x"], ["same"]],
    ],
  )
})

test("a name that is taken or empty is refused", () => {
  const builder = createGraphBuilder()
  const x = builder.input("x", "float32", [1])
  const invalid = (error: unknown) => isFault(error, "ONNX_INVALID")
  assert.throws(() => builder.input("x", "float32", [1]), invalid)
  assert.throws(() => builder.input("", "float32", [1]), invalid)
  assert.throws(() => builder.output(builder.op("Neg", [x]), "x", "float32", [1]), invalid)
})

test("reading a value that nobody made is a mistake of the code that calls", () => {
  const builder = createGraphBuilder()
  const body = builder.subgraph()
  const inner = body.constant(float32([1]))
  assert.throws(() => builder.op("Neg", ["nothing"]), assert.AssertionError)
  assert.throws(() => builder.op("Neg", [inner]), assert.AssertionError)
  assert.throws(() => body.build({ name: "body", metadata }), assert.AssertionError)
  assert.throws(() => float32([1, 2], [3]), assert.AssertionError)
})

test("a built file declares our versions, only the domains it uses, and its metadata", () => {
  const builder = createGraphBuilder()
  const x = builder.input("x", "string", ["batch"])
  builder.output(builder.op("MurmurHash3", [x], {}, "com.microsoft"), "hash", "int32", ["batch"])
  const model = decodeModel(encodeModel(builder.build({ name: "test", metadata })))
  assert.equal(model.irVersion, 10)
  assert.equal(model.producerName, "quernstone")
  assert.deepEqual(model.metadata, metadata)
  assert.deepEqual(model.opsets, [
    { domain: "", version: 21 },
    { domain: "com.microsoft", version: 1 },
  ])
})
