import assert from "node:assert/strict"
import { describe, test } from "node:test"

import fc from "fast-check"

import { op } from "../../../../src/learn/graph/op.ts"
import { broadcastPairs, checkFreeSizes, checkGradient, checkProperty, valuesOf } from "../check-gradient.ts"
import { emittedOperators, runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, tensorOf } from "./families.ts"

describe("Sum", () => {
  test("has the formula's values for one, two and three inputs", async () => {
    const inputs = [tensorOf([2], [1, 5]), tensorOf([2], [2, 4]), tensorOf([], [3])]
    for (const count of [1, 2, 3]) {
      const [result] = await runGraph(inputs.slice(0, count), (tensors) => op("Sum", tensors))
      const expected = [
        [1, 2, 3],
        [5, 4, 3],
      ].map((all) => {
        const values = all.slice(0, count)
        return values.reduce((sum, value) => sum + value, 0)
      })
      assertAllNear(result, expected, 1e-12)
    }
  })

  test("has the derivatives of differences over broadcast shapes", async () => {
    await checkProperty(
      broadcastPairs.chain(([a, b]) => fc.tuple(valuesOf(a), valuesOf(b), valuesOf([]))),
      async (values) => checkGradient(values, (tensors) => op("Sum", tensors)),
    )
  })

  test("broadcasts over free sizes, and is the engine's kernel in float32", async () => {
    await checkFreeSizes([["batch", 3], [3], []], (tensors) => op("Sum", tensors))
    assert.deepEqual(
      emittedOperators("float32", [[2], []], (tensors) => op("Sum", tensors)),
      ["Sum"],
    )
  })

  test("takes no two types", () => {
    assertFault("GRAPH_SHAPE", () => op("Sum", [floats([2]), floats([2], "int64")]))
  })
})
