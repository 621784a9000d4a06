import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { integers } from "../../../../src/learn/graph/operator.ts"
import { tensor } from "../../../../src/onnx/attributes.ts"
import { runGraph } from "../run-graph.ts"
import { assertFault, floats, numbersOf, tensorOf } from "./families.ts"

describe("ConstantOfShape", () => {
  test("is a float32 0 throughout unless another value is given", async () => {
    const [zeros] = await runGraph([], () => op("ConstantOfShape", [integers([2, 1])]))
    assert.deepEqual([zeros?.type, zeros?.shape, numbersOf(zeros)], ["float32", [2, 1], [0, 0]])
    const value = tensor({ type: "int64", shape: [1], data: BigInt64Array.of(7n) })
    const [sevens] = await runGraph([], () => op("ConstantOfShape", [integers([2])], { value }))
    assert.deepEqual([sevens?.type, numbersOf(sevens)], ["int64", [7, 7]])
  })

  test("takes the shape of a tensor with a free size", async () => {
    const given = { ...tensorOf([3, 1], [1, 2, 3]), known: ["batch", 1] }
    const [zeros] = await runGraph([given], ([x = floats([])]) => op("ConstantOfShape", [op("Shape", [x])]))
    assert.deepEqual(zeros?.shape, [3, 1])
  })

  test("takes a shape that is known, and a value of a type that graphs compute with", () => {
    assertFault("GRAPH_SHAPE", () => op("ConstantOfShape", [floats([2], "int64")]))
    const value = tensor({ type: "uint8", shape: [1], data: Uint8Array.of(1) })
    assertFault("GRAPH_SHAPE", () => op("ConstantOfShape", [integers([2])], { value }))
  })
})
