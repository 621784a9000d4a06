import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { describe, test } from "node:test"

import { z } from "zod"

import { openSession } from "../../../src/engine/open-session.ts"
import type { Tensor } from "../../../src/engine/session.ts"
import { gradients } from "../../../src/learn/graph/gradient.ts"
import { importGraph } from "../../../src/learn/graph/import.ts"
import { constant, placeholder } from "../../../src/learn/graph/tensor.ts"
import { float, int, ints, tensor } from "../../../src/onnx/attributes.ts"
import { createGraphBuilder, type GraphBuilder } from "../../../src/onnx/builder.ts"
import { decodeModel, encodeModel } from "../../../src/onnx/codec.ts"
import type { Graph, TensorValue } from "../../../src/onnx/model.ts"
import { checkGradient, type Values } from "./check-gradient.ts"
import { assertAllNear, assertFault, floats, int64Of } from "./operators/families.ts"
import { declare, drawGraph, feedsOf, type GraphInput, modelOf } from "./run-graph.ts"

const figures = z.record(
  z.string(),
  z.object({
    input: z.array(z.number()),
    output: z.array(z.number()),
    gradients: z.record(z.string(), z.array(z.number())),
  }),
)

describe("an encoder that PyTorch wrote", () => {
  for (const { file, kind, batch, named } of [
    { file: "text-torchscript", kind: "text", batch: "batch", named: 16 },
    // This exporter wrote the sizes of its example into the attention, and three matrices transposed under names of its own.
    { file: "text-dynamo", kind: "text", batch: 3, named: 13 },
    { file: "image-torchscript", kind: "image", batch: "batch", named: 8 },
  ])
    test(`${file} has PyTorch's output and gradients`, async () => {
      const expected = figures.parse(JSON.parse(await readFile(fixture("encoders.json"), "utf8")))[kind]
      assert(expected !== undefined)
      const { graph } = decodeModel(await readFile(fixture(`${file}.onnx`)))
      const { input } = expected
      const given: GraphInput =
        kind === "text"
          ? { ...int64Of([3, 4], input), known: [batch, 4] }
          : { type: "float32", shape: [2, 1, 8, 8], data: Float32Array.from(input), known: [batch, 1, 8, 8] }
      const results = await runImported(graph, given)
      assertAllNear(results.y, expected.output, 1e-4)
      const compared = Object.entries(expected.gradients).filter(([name]) => name in results)
      assert.equal(compared.length, named)
      for (const [name, gradient] of compared) assertAllNear(results[name], gradient, 1e-4)
    })
})

/** The output y, and by each trainable initializer's name the gradient of the sum of y times cos(1 + 1.7 k). */
async function runImported(graph: Graph, given: GraphInput): Promise<Readonly<Record<string, Tensor>>> {
  const drawn = drawGraph([given])
  const { outputs, parameters } = importGraph(graph, {
    trainable: () => true,
    inputs: { x: drawn.tensors[0] ?? assert.fail() },
  })
  for (const { name, value, tensor: parameter } of parameters)
    drawn.emitter.bind(parameter, drawn.builder.constant(value, `parameter/${name}`))
  const output = outputs.y ?? assert.fail()
  const count = given.shape[0] ?? 1
  const shape = [count, 3]
  const data = Float32Array.from({ length: count * 3 }, (_, at) => Math.cos(1 + 1.7 * at))
  const seed = placeholder("seed", "float32", output.shape)
  drawn.emitter.bind(seed, drawn.builder.constant({ type: "float32", shape, data }))
  const found = gradients(
    [{ output, seed }],
    parameters.map((parameter) => parameter.tensor),
  )
  declare(drawn, output, "y")
  for (const [index, gradient] of found.entries())
    if (gradient !== null) declare(drawn, gradient, parameters[index]?.name ?? "")
  const session = await openSession(encodeModel(modelOf(drawn.builder)), { threads: 1 })
  try {
    return await session.run(feedsOf([given]))
  } finally {
    await session.close()
  }
}

function fixture(name: string): string {
  return `test/fixtures/imported/${name}`
}

describe("importGraph", () => {
  test("has the derivatives of differences by every parameter, in float64", async () => {
    const graph = attention()
    const names = ["table", "query", "scale", "out"]
    const values = names.map((name): Values => {
      const value = graph.initializers.find((each) => each.name === name)?.tensor
      assert(value?.type === "float64")
      return { shape: value.shape, data: value.data }
    })
    const ids = constant({ type: "int64", shape: [2, 3], data: BigInt64Array.of(0n, 2n, 2n, 1n, 0n, 3n) })
    const outputs = importGraph(graph, { trainable: (name) => names.includes(name), inputs: { ids } })
    assert.deepEqual(
      outputs.parameters.map(({ name }) => name),
      names,
    )
    await checkGradient(values, (tensors) => {
      const inputs = {
        ids,
        ...Object.fromEntries(names.map((name, at) => [name, tensors[at] ?? floats([])])),
      }
      const of = retyped(graph, tensors[0]?.type === "float32")
      return Object.values(importGraph(of, { trainable: () => false, inputs }).outputs)
    })
  })

  test("takes over what outputs need, and nothing of another operator", () => {
    const { graph } = drawn((builder) => {
      const x = builder.input("x", "float32", [2])
      builder.op("Unknown", [x])
      builder.output(builder.op("Exp", [x]), "y", "float32", [2])
    })
    const { outputs, parameters } = importGraph(graph, { trainable: () => true, inputs: { x: floats([2]) } })
    assert.deepEqual([Object.keys(outputs), parameters], [["y"], []])
  })

  test("understands constants of every kind, and axes and parts as attributes", () => {
    const { graph } = drawn((builder) => {
      const x = builder.input("x", "float32", [2, 3])
      const [left = ""] = builder.node("Split", [x], {
        attributes: { axis: int(1), split: ints([1, 2]) },
        outputs: 2,
      })
      const mean = builder.op("ReduceMean", [left], { axes: ints([1]), keepdims: int(0) })
      const wide = builder.op("Unsqueeze", [mean], { axes: ints([0]) })
      const sum = [
        builder.op("Constant", [], { value_float: float(2) }),
        builder.op("Constant", [], { value_floats: { kind: "floats", value: Float32Array.of(2, 3) } }),
        builder.op("Constant", [], { value: tensor(float32(1)) }),
        builder.op("Cast", [builder.op("Constant", [], { value_int: int(4) })], { to: int(1) }),
        builder.op("Cast", [builder.op("Constant", [], { value_ints: ints([4, 5]) })], { to: int(1) }),
      ].reduce((so, constant) => builder.op("Add", [so, constant]), wide)
      builder.output(sum, "y", "float32", [1, 2])
    })
    const { outputs } = importGraph(graph, { trainable: () => true, inputs: { x: floats([2, 3]) } })
    assert.deepEqual(outputs.y?.shape, [1, 2])
  })

  test("keeps integers constant whatever is said, so that shapes are known", () => {
    const { graph } = drawn((builder) => {
      const shape = builder.constant({ type: "int64", shape: [2], data: BigInt64Array.of(-1n, 2n) }, "shape")
      const x = builder.input("x", "float32", ["batch", 4])
      builder.output(builder.op("Reshape", [x, shape]), "y", "float32", ["rows", 2])
    })
    const x = floats(["batch", 4])
    const { outputs, parameters } = importGraph(graph, { trainable: () => true, inputs: { x } })
    assert.deepEqual([outputs.y?.shape, parameters], [["batch*2", 2], []])
  })

  test("refuses what it cannot take over, by name", () => {
    const imported = (draw: (builder: GraphBuilder, x: string) => string, x = floats([2])) => {
      const { graph } = drawn((builder) => {
        builder.output(draw(builder, builder.input("x", "float32", [2])), "y", "float32", [2])
      })
      return importGraph(graph, { trainable: () => true, inputs: { x } })
    }
    assertFault("GRAPH_OPERATOR", () => imported((builder, x) => builder.op("Unknown", [x])))
    assertFault("GRAPH_OPERATOR", () => imported((builder, x) => builder.op("Scaler", [x], {}, "ai.onnx.ml")))
    assertFault("GRAPH_OPERATOR", () =>
      imported((builder) => builder.op("Constant", [], { value_string: "text" })),
    )
    assertFault("GRAPH_OPERATOR", () =>
      imported((builder, x) => builder.node("Exp", [x], { outputs: 2 })[1] ?? ""),
    )
    const bytes: TensorValue = { type: "uint8", shape: [2], data: Uint8Array.of(1, 2) }
    assertFault("GRAPH_OPERATOR", () => imported((builder) => builder.op("Exp", [builder.constant(bytes)])))
    assertFault("GRAPH_SHAPE", () => imported((builder, x) => builder.op("Exp", [x]), floats([3])))
    assertFault("GRAPH_SHAPE", () => imported((builder, x) => builder.op("Exp", [x]), floats([2], "int64")))
    const { graph } = drawn((builder) => {
      builder.output(builder.op("Exp", [builder.input("x", "float32", [2])]), "y", "float32", [2])
    })
    assertFault("NETWORK_INPUT", () => importGraph(graph, { trainable: () => true, inputs: {} }))
  })
})

/** One head of attention over embedded ids [batch, 3], with the shape arithmetic that exporters write. */
function attention(): Graph {
  return drawn((builder) => {
    const ids = builder.input("ids", "int64", ["batch", 3])
    const weights = (name: string, shape: readonly number[], seed: number) => {
      const count = shape.reduce((product, size) => product * size, 1)
      const data = Float64Array.from({ length: count }, (_, at) => Math.sin(seed + 2.3 * at))
      return builder.constant({ type: "float64", shape, data }, name)
    }
    const places = (...values: readonly number[]) =>
      builder.constant({ type: "int64", shape: [values.length], data: BigInt64Array.from(values, BigInt) })
    const hidden = builder.op("Gather", [weights("table", [4, 2], 1), ids])
    const query = builder.op("MatMul", [hidden, weights("query", [2, 2], 2)])
    const scores = builder.op("MatMul", [query, builder.op("Transpose", [hidden], { perm: ints([0, 2, 1]) })])
    const mixed = builder.op("MatMul", [builder.op("Softmax", [scores], { axis: int(-1) }), hidden])
    const added = builder.op("Add", [mixed, hidden])
    const normal = builder.op("LayerNormalization", [added, weights("scale", [2], 3)], {
      epsilon: float(0.1),
    })
    const batch = builder.op("Gather", [builder.op("Shape", [normal]), places(0)])
    const flat = builder.op("Reshape", [normal, builder.op("Concat", [batch, places(-1)], { axis: int(0) })])
    const output = builder.op("Gemm", [builder.op("Gelu", [flat]), weights("out", [6, 2], 4)])
    builder.output(output, "y", "float64", ["batch", 2])
  }).graph
}

function drawn(draw: (builder: GraphBuilder) => void): { readonly graph: Graph } {
  const builder = createGraphBuilder()
  draw(builder)
  return { graph: builder.buildGraph("imported") }
}

/** The same graph, of either float type: what else it holds is of integers. */
function retyped(graph: Graph, isFloat32: boolean): Graph {
  return isFloat32
    ? { ...graph, initializers: graph.initializers.filter(({ tensor: { type } }) => type === "int64") }
    : graph
}

function float32(value: number): TensorValue {
  return { type: "float32", shape: [], data: Float32Array.of(value) }
}
