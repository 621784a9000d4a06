import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { checkFreeSizes, checkGradient, checkProperty, shapes, valuesOf } from "../check-gradient.ts"
import { emittedOperators, runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, tensorOf } from "./families.ts"

describe("GlobalAveragePool", () => {
  test("is the mean of each channel", async () => {
    const given = tensorOf([1, 2, 2], [1, 3, 10, 20])
    const [result] = await runGraph([given], (tensors) => op("GlobalAveragePool", tensors))
    assertAllNear(result, [2, 15], 1e-12)
  })

  test("has the derivative of differences over any sizes, free ones too", async () => {
    const images = shapes.filter(({ length }) => length > 0).chain((sizes) => valuesOf([2, 2, ...sizes]))
    await checkProperty(images, async (values) =>
      checkGradient([values], (tensors) => op("GlobalAveragePool", tensors)),
    )
    await checkFreeSizes([["batch", 2, 3]], (tensors) => op("GlobalAveragePool", tensors))
    await checkFreeSizes([[2, 2, "batch"]], (tensors) => op("ReduceSum", [op("GlobalAveragePool", tensors)]))
  })

  test("is the engine's kernel in float32", () => {
    const emitted = emittedOperators("float32", [["batch", 2, 5]], (tensors) =>
      op("GlobalAveragePool", tensors),
    )
    assert.deepEqual(emitted, ["GlobalAveragePool"])
  })

  test("reads images", () => {
    assertFault("GRAPH_SHAPE", () => op("GlobalAveragePool", [floats([2, 3])]))
  })
})
