import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { int } from "../../../../src/onnx/attributes.ts"
import { runGraph } from "../run-graph.ts"
import { assertFault, floats, numbersOf, tensorOf } from "./families.ts"

describe("ArgMax", () => {
  test("is the place of the greatest, the first or the last one of equal ones", async () => {
    const given = { ...tensorOf([2, 3], [1, 3, 3, 2, 0, 1]), known: ["batch", 3] }
    for (const [attributes, expected] of [
      [{ axis: int(1) }, [1, 0]],
      [{ axis: int(-1), select_last_index: int(1), keepdims: int(0) }, [2, 0]],
      [{}, [1, 0, 0]],
    ] as const) {
      const [result] = await runGraph([given], (tensors) => op("ArgMax", tensors, attributes))
      assert.deepEqual(numbersOf(result), expected)
    }
  })

  test("takes no axis that is not there", () => {
    assertFault("GRAPH_SHAPE", () => op("ArgMax", [floats([2, 3])], { axis: int(2) }))
  })
})
