import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { openSession } from "../../../src/engine/open-session.ts"
import { createEmitter } from "../../../src/learn/graph/emit.ts"
import { op } from "../../../src/learn/graph/op.ts"
import { scalar } from "../../../src/learn/graph/operator.ts"
import { emitScan } from "../../../src/learn/graph/scan.ts"
import { placeholder } from "../../../src/learn/graph/tensor.ts"
import { compileTraining } from "../../../src/learn/network/compile-training.ts"
import type { ModelTensor } from "../../../src/learn/network/layer.ts"
import { Dense } from "../../../src/learn/network/layers/dense.ts"
import { Dropout } from "../../../src/learn/network/layers/dropout.ts"
import { layoutOf } from "../../../src/learn/network/layout.ts"
import { Adam } from "../../../src/learn/network/optimizers.ts"
import { createGraphBuilder } from "../../../src/onnx/builder.ts"
import { decodeModel, encodeModel } from "../../../src/onnx/codec.ts"
import type { Graph } from "../../../src/onnx/model.ts"

test("a Scan carries, walks along and stacks what its steps say, and takes what is outside as it is", async () => {
  const builder = createGraphBuilder()
  const emitter = createEmitter(builder)
  const bound = (name: string, shape: readonly (number | string)[]) => {
    const tensor = placeholder(name, "float32", shape)
    emitter.bind(tensor, builder.input(name, "float32", shape))
    return tensor
  }
  const [start, sequence, factor] = [bound("start", []), bound("sequence", ["steps"]), bound("factor", [])]
  const [current, slice] = [placeholder("current", "float32", []), placeholder("slice", "float32", [])]
  // sum' = sum + slice * factor^2, where factor^2 does not change.
  const square = op("Mul", [factor, factor])
  const next = op("Add", [current, op("Mul", [slice, square])])
  const whole = placeholder("whole", "float32", ["steps"])
  const [last = ""] = emitScan(builder, emitter, {
    carried: [{ current, next, start }],
    walked: [{ slice, sequence }],
    stacked: [{ part: op("Mul", [next, scalar("float32", 10)]), whole }],
  })
  builder.output(last, "sum", "float32", [])
  builder.output(emitter.value(whole), "sums", "float32", ["steps"])
  const model = builder.build({ name: "scan", metadata: {} })
  const body = bodyOf(model.graph)
  assert.deepEqual(body.nodes.map(({ operator }) => operator).sort(), ["Add", "Mul", "Mul"])
  const session = await openSession(encodeModel(model), { threads: 1 })
  try {
    const float = (shape: readonly number[], ...data: number[]) => ({
      type: "float32" as const,
      shape,
      data: Float32Array.from(data),
    })
    const { sum, sums } = await session.run({
      start: float([], 1),
      sequence: float([3], 1, 2, 3),
      factor: float([], 2),
    })
    assert.deepEqual([...(sum?.data ?? [])], [25])
    assert.deepEqual([...(sums?.data ?? [])], [50, 130, 250])
  } finally {
    await session.close()
  }
})

describe("the graph of a training", () => {
  const input: ModelTensor & { kind: "input" } = { kind: "input", shape: [8], type: "float32", name: null }
  const hidden = Dropout(0.5)(Dense(10, { activation: "relu" })(input))
  const network = { inputs: [input], outputs: [Dense(1, { activation: "sigmoid" })(hidden)] }
  const { bytes } = compileTraining({
    network,
    layout: layoutOf(network),
    objective: {
      losses: [{ loss: { name: "binaryCrossentropy" }, weight: 1, target: { type: "float32", shape: [1] } }],
      regularizer: null,
      hasWeights: false,
    },
    optimizer: Adam(),
    withPredictions: true,
  })
  const { graph } = decodeModel(bytes)
  const body = bodyOf(graph)

  test("has no node in a step that does not depend on the step", () => {
    const changing = new Set(body.inputs.map(({ name }) => name))
    for (const { name, inputs, outputs } of body.nodes) {
      assert.ok(
        inputs.some((value) => changing.has(value)),
        `${name} is the same in every step`,
      )
      for (const output of outputs) changing.add(output)
    }
  })

  test("has no node that nothing reads, and no node twice", () => {
    for (const part of [graph, body]) {
      const read = new Set([
        ...graph.nodes.flatMap(({ inputs }) => inputs),
        ...body.nodes.flatMap(({ inputs }) => inputs),
        ...part.outputs.map(({ name }) => name),
      ])
      for (const { name, outputs } of part.nodes)
        assert.ok(
          outputs.some((output) => read.has(output)),
          `${name} is read by nothing`,
        )
      const calls = part.nodes.map(({ operator, inputs, attributes }) =>
        JSON.stringify([operator, inputs, attributes], (_, value) =>
          typeof value === "bigint" ? `${value}` : value,
        ),
      )
      assert.equal(new Set(calls).size, calls.length)
    }
  })

  test("takes few nodes a step: each costs a fixed time", () => {
    assert.ok(body.nodes.length <= 52, `${body.nodes.length} nodes`)
  })
})

function bodyOf(graph: Graph): Graph {
  const scan = graph.nodes.find(({ operator }) => operator === "Scan")
  const body = scan?.attributes.find(({ name }) => name === "body")
  assert.ok(body?.value.kind === "graph")
  return body.value.value
}
