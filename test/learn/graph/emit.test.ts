import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { createBodyEmitter, createEmitter } from "../../../src/learn/graph/emit.ts"
import { op, ops } from "../../../src/learn/graph/op.ts"
import { scalar } from "../../../src/learn/graph/operator.ts"
import { int } from "../../../src/onnx/attributes.ts"
import { createGraphBuilder } from "../../../src/onnx/builder.ts"
import { floats } from "./operators/families.ts"
import { emittedOperators } from "./run-graph.ts"

describe("emission", () => {
  test("writes equal nodes once, also where they were made apart", () => {
    const emitted = emittedOperators("float32", [[2]], ([x = floats([])]) => {
      const twice = () => op("Mul", [op("Exp", [x]), scalar(x.type, 2)])
      return op("Add", [twice(), twice()])
    })
    assert.deepEqual(emitted, ["Exp", "Mul", "Add"])
  })

  test("tells nodes apart by their attributes", () => {
    const emitted = emittedOperators("float32", [[2, 2]], ([x = floats([])]) => {
      const along = (axis: number) => op("Softmax", [x], { axis: int(axis) })
      return op("Add", [along(0), along(1)])
    })
    assert.deepEqual(emitted, ["Softmax", "Softmax", "Add"])
  })

  test("writes nothing that is not asked for", () => {
    const emitted = emittedOperators("float32", [[2, 2]], ([x = floats([])]) => {
      op("Exp", [x])
      return op("Neg", [x])
    })
    assert.deepEqual(emitted, ["Neg"])
  })

  test("lowers only what the engine has no kernel for, with all that stands for it", () => {
    const build = ([x = floats([])]: readonly ReturnType<typeof floats>[]) => op("Gelu", [x])
    assert.deepEqual(emittedOperators("float32", [[2]], build), ["Gelu"])
    const lowered = emittedOperators("float64", [[2]], build)
    // Gelu stands for Erf, which is itself lowered.
    assert(!lowered.includes("Gelu") && !lowered.includes("Erf") && lowered.includes("Pow"))
    const outputs = emittedOperators("float64", [[2, 3], [3]], (tensors) =>
      ops("LayerNormalization", tensors),
    )
    assert(!outputs.includes("LayerNormalization"))
  })

  test("computes outside of a body what depends on nothing inside", () => {
    const builder = createGraphBuilder()
    const emitter = createEmitter(builder)
    const [outer, inner] = [floats([2]), floats([2])]
    emitter.bind(outer, builder.input("outer", "float32", [2]))
    const body = builder.subgraph()
    const inside = createBodyEmitter(body, emitter)
    inside.bind(inner, body.input("inner", "float32", [2]))
    inside.value(op("Add", [op("Exp", [outer]), op("Neg", [inner])]))
    const operators = (graph: ReturnType<typeof body.buildGraph>) =>
      graph.nodes.map(({ operator }) => operator)
    assert.deepEqual(operators(builder.buildGraph("outer")), ["Exp"])
    assert.deepEqual(operators(body.buildGraph("body")), ["Neg", "Add"])
  })

  test("fails for a placeholder that stands for nothing", () => {
    const emitter = createEmitter(createGraphBuilder())
    assert.throws(() => emitter.value(op("Exp", [floats([2])])), /placeholder x is bound to nothing/)
  })
})
