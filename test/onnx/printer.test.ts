/** @file Models as text: one line for each thing, long lists and texts cut. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { float, graph, int, ints } from "../../src/onnx/attributes.ts"
import { createGraphBuilder } from "../../src/onnx/builder.ts"
import { decodeModel } from "../../src/onnx/codec.ts"
import { printModel } from "../../src/onnx/printer.ts"
import { bool, float32 } from "../../src/onnx/tensors.ts"

test("a model is printed with its contract, constants, nodes and bodies", () => {
  const builder = createGraphBuilder()
  const x = builder.input("x", "float32", ["batch", 9])
  const weights = builder.constant(float32(new Float32Array(9)), "weights")
  const scaled = builder.op("Mul", [x, weights])
  const [then, otherwise] = ["Elu", "Clip"].map((operator) => {
    const body = builder.subgraph()
    const attributes = operator === "Elu" ? { alpha: float(0.5) } : {}
    body.output(
      body.op(operator, [scaled, ...(operator === "Clip" ? ["", weights] : [])], attributes),
      operator,
      "float32",
      [],
    )
    return graph(body.buildGraph(operator))
  })
  assert(then !== undefined)
  assert(otherwise !== undefined)
  const attributes = { then_branch: then, else_branch: otherwise }
  builder.output(builder.op("If", [builder.constant(bool([true], []))], attributes), "y", "float32", [])
  const codes = { keys_int64s: ints(Array(20).keys()), values_strings: ["a", "b"], default_int64: int(1) }
  builder.node("LabelEncoder", [x], { attributes: codes, domain: "ai.onnx.ml", outputs: ["", "codes"] })
  const printed = printModel(
    builder.build({ name: "printed", metadata: { recipe: "r".repeat(100), task: "binary" } }),
  )
  assert.equal(
    printed,
    `model "printed", IR 10, by quernstone
opsets ai.onnx 21, ai.onnx.ml 5
metadata recipe = "${"r".repeat(60)}"... 100 characters
metadata task = "binary"
input x: float32 [batch, 9]
constant weights: float32 [9]
constant constant_0: bool [] = [1]
Mul_0 = Mul(x, weights)
y = If(constant_0)
  then_branch:
    Elu = Elu(Mul_0) alpha=0.5
    output Elu: float32 []
  else_branch:
    Clip = Clip(Mul_0, _, weights)
    output Clip: float32 []
_, codes = ai.onnx.ml.LabelEncoder(x) keys_int64s=[0, 1, 2, 3, 4, 5, 6, 7, ... 20 in all] values_strings=["a", "b"] default_int64=1
output y: float32 []
`,
  )
})

test("files of other tools are printed with functions, sparse constants and any type of value", () => {
  const file = new URL("../../../test/fixtures/onnx/everything.onnx", import.meta.url)
  assert.equal(
    printModel(decodeModel(readFileSync(file))),
    `model "everything", IR 10, by onnx
opsets ai.onnx 21, ai.onnx.ml 5, ours 1
metadata author = "作者"
input x: float32 [n, ?]
constant sparse: sparse float32 [2, 3]
y = ours.Leaky(x) slope=0.5
c = Constant() sparse_value=sparseTensor
s = SequenceConstruct(y, y)
o = Optional() type=optional(float32 [...])
m = ai.onnx.ml.ZipMap(y) classlabels_int64s=[0, 1]
output y: float32 [n, 2]
output s: sequence(float32 [n, 2])
output o: optional(float32 [...])
output m: sequence(map(int64, float32 []))
function ours.Leaky(x) -> y
  y = LeakyRelu(x) alpha=@slope
`,
  )
})
