import { describe, test } from "node:test"

import fc from "fast-check"

import { op } from "../../../../src/learn/graph/op.ts"
import { constant } from "../../../../src/learn/graph/tensor.ts"
import { broadcastPairs, checkFreeSizes, checkGradient, checkProperty, valuesOf } from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, boolOf, floats, tensorOf } from "./families.ts"

describe("Where", () => {
  test("chooses by the condition", async () => {
    const given = [boolOf(true, false), tensorOf([2], [1, 2]), tensorOf([], [9])]
    const [result] = await runGraph(given, (tensors) => op("Where", tensors))
    assertAllNear(result, [1, 9], 0)
  })

  test("has the derivatives of differences over broadcast shapes of all three", async () => {
    const choices = broadcastPairs.chain(([a, b]) => {
      const count = b.reduce((product, size) => product * size, 1)
      return fc.record({
        values: fc.tuple(valuesOf(a), valuesOf(b)),
        conditions: fc.array(fc.boolean(), { minLength: count, maxLength: count }),
      })
    })
    await checkProperty(choices, async ({ values: [x, y], conditions }) => {
      const data = Uint8Array.from(conditions, Number)
      const condition = constant({ type: "bool", shape: y.shape, data })
      await checkGradient([x, y], ([a = floats([]), b = floats([])]) => op("Where", [condition, a, b]))
      await checkGradient([x, y], ([a = floats([]), b = floats([])]) => op("Where", [condition, b, a]))
    })
  })

  test("broadcasts over free sizes", async () => {
    await checkFreeSizes(
      [["batch", 1], [3], ["batch", 3]],
      ([a = floats([]), b = floats([]), c = floats([])]) =>
        op("Where", [op("Greater", [c, op("Neg", [c])]), op("Mul", [a, a]), op("Mul", [b, c])]),
    )
  })

  test("takes truth values, and two of one type", () => {
    assertFault("GRAPH_SHAPE", () => op("Where", [floats([2]), floats([2]), floats([2])]))
    const condition = floats([2], "bool")
    assertFault("GRAPH_SHAPE", () => op("Where", [condition, floats([2]), floats([2], "int64")]))
    assertFault("GRAPH_SHAPE", () => op("Where", [condition, floats([3]), floats([3])]))
  })
})
