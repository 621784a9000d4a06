import assert from "node:assert/strict"
import { test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { runGraph } from "../run-graph.ts"
import { assertFault, floats, int64Of, numbersOf } from "./families.ts"

test("Mod has the sign of the divisor, and is of integers", async () => {
  const given = [int64Of([3], [7, -7, 7]), int64Of([3], [3, 3, -3])]
  const [result] = await runGraph(given, (tensors) => op("Mod", tensors))
  assert.deepEqual(numbersOf(result), [1, 2, -2])
  assertFault("GRAPH_SHAPE", () => op("Mod", [floats([2]), floats([2])]))
})
