import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { text } from "../../../../src/onnx/attributes.ts"
import { runGraph } from "../run-graph.ts"
import { floats, int64Of, numbersOf, toUint32 } from "./families.ts"

describe("BitShift", () => {
  test("moves the bits of uint32, those that fall out being lost", async () => {
    const given = [int64Of([2], [0x80000001, 5]), int64Of([], [1])]
    for (const [direction, expected] of [
      ["RIGHT", [0x40000000, 2]],
      ["LEFT", [2, 10]],
    ] as const) {
      const [result] = await runGraph(given, ([x = floats([]), by = floats([])]) =>
        op("BitShift", [toUint32(x), toUint32(by)], { direction: text(direction) }),
      )
      assert.deepEqual(numbersOf(result), expected)
    }
  })
})
