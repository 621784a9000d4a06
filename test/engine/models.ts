/** @file Small models for the tests of the engine. */
import { float, graph, int, ints } from "../../src/onnx/attributes.ts"
import { createGraphBuilder } from "../../src/onnx/builder.ts"
import { encodeModel } from "../../src/onnx/codec.ts"
import { float32, strings } from "../../src/onnx/tensors.ts"

/** `numeric` [batch, 2], `text` [batch, 1] -> `probability` [batch, 1], `code` int64 [batch, 1], `word` string [batch, 1]. */
export function mixedModel(): Uint8Array {
  const builder = createGraphBuilder()
  const numeric = builder.input("numeric", "float32", ["batch", 2])
  const text = builder.input("text", "string", ["batch", 1])
  const weights = builder.constant(float32([0.5, -2], [2, 1]))
  const logits = builder.op("Gemm", [numeric, weights], { alpha: float(1) })
  builder.output(builder.op("Sigmoid", [logits]), "probability", "float32", ["batch", 1])
  const attributes = { keys_strings: ["red", "blue"], values_int64s: ints([1, 2]), default_int64: int(-1) }
  builder.output(builder.op("LabelEncoder", [text], attributes, "ai.onnx.ml"), "code", "int64", ["batch", 1])
  const word = builder.op("StringConcat", [builder.constant(strings(["<"])), text])
  builder.output(word, "word", "string", ["batch", 1])
  return encodeModel(builder.build({ name: "mixed", metadata: {} }))
}

/** `x` of one type, any shape of its rank -> `y`, the same. */
export function identityModel(type: "float64" | "int32" | "uint8" | "bool" | "float32"): Uint8Array {
  const builder = createGraphBuilder()
  builder.output(builder.input("x", type, ["n"]), "y", type, ["n"])
  return encodeModel(builder.build({ name: "identity", metadata: {} }))
}

/** Picks `table[index]`: an index beyond 2 makes the run fail. */
export function pickingModel(): Uint8Array {
  const builder = createGraphBuilder()
  const index = builder.input("index", "int64", ["n"])
  const picked = builder.node("Gather", [builder.constant(float32([1, 2, 3])), index], {
    name: "/pick/from/Gather",
  })
  builder.output(picked[0] ?? "", "picked", "float32", ["n"])
  return encodeModel(builder.build({ name: "picking", metadata: {} }))
}

/** Adds 1 to `start` as often as `steps` says, in a Loop. */
export function countingModel(): Uint8Array {
  const builder = createGraphBuilder()
  const steps = builder.input("steps", "int64", [])
  const start = builder.input("start", "float32", [])
  const body = builder.subgraph()
  body.input("iteration", "int64", [])
  const condition = body.input("condition", "bool", [])
  const value = body.input("value", "float32", [])
  body.output(body.op("Identity", [condition]), "condition_out", "bool", [])
  body.output(body.op("Add", [value, body.constant(float32([1], []))]), "value_out", "float32", [])
  const attributes = { body: graph(body.buildGraph("body")) }
  builder.output(builder.op("Loop", [steps, "", start], attributes), "total", "float32", [])
  return encodeModel(builder.build({ name: "counting", metadata: {} }))
}

/** A model of that many bytes of weights. */
export function heavyModel(bytes: number): Uint8Array {
  const builder = createGraphBuilder()
  const index = builder.input("index", "int64", [])
  const weights = builder.constant(float32(new Float32Array(bytes / 4).fill(1)))
  builder.output(builder.op("Gather", [weights, index]), "weight", "float32", [])
  return encodeModel(builder.build({ name: "heavy", metadata: {} }))
}
