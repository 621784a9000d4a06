import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { integers, scalar } from "../../../../src/learn/graph/operator.ts"
import { constant, type SymbolicTensor } from "../../../../src/learn/graph/tensor.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, tensorOf } from "./families.ts"

describe("Range", () => {
  test("counts between constants, up and down", async () => {
    for (const [bounds, expected] of [
      [
        [0, 5, 2],
        [0, 2, 4],
      ],
      [
        [3, 0, -1],
        [3, 2, 1],
      ],
      [[1, 1, 1], []],
    ] as const) {
      const [result] = await runGraph([], () => op("Range", bounds.map(int64)))
      assertAllNear(result, expected, 0)
      const [floating] = await runGraph([], () =>
        op(
          "Range",
          bounds.map((bound) => scalar("float64", bound)),
        ),
      )
      assertAllNear(floating, expected, 0)
    }
  })

  test("counts up to a free size", async () => {
    const given = { ...tensorOf([4, 2], [0, 0, 0, 0, 0, 0, 0, 0]), known: ["batch", 2] }
    const [result] = await runGraph([given], ([x = floats([])]) => {
      const size = op("Squeeze", [op("Gather", [op("Shape", [x]), integers([0])])])
      return op("Range", [int64(0), size, int64(1)])
    })
    assert.deepEqual(result?.shape, [4])
  })

  test("has a length that is known", () => {
    assertFault("GRAPH_SHAPE", () => op("Range", [int64(0), floats([], "int64"), int64(1)]))
    assertFault("GRAPH_SHAPE", () => op("Range", [int64(0), int64(1), int64(0)]))
    assertFault("GRAPH_SHAPE", () => op("Range", [int64(0), scalar("float32", 3), int64(1)]))
  })
})

function int64(value: number): SymbolicTensor {
  return constant({ type: "int64", shape: [], data: BigInt64Array.of(BigInt(value)) })
}
