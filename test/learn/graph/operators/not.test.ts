import assert from "node:assert/strict"
import { test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { runGraph } from "../run-graph.ts"
import { assertFault, boolOf, floats, numbersOf } from "./families.ts"

test("Not changes truth values, and nothing else", async () => {
  const [result] = await runGraph([boolOf(true, false)], (tensors) => op("Not", tensors))
  assert.deepEqual(numbersOf(result), [0, 1])
  assertFault("GRAPH_SHAPE", () => op("Not", [floats([2])]))
})
