import assert from "node:assert/strict"
import { test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { runGraph } from "../run-graph.ts"
import { assertFault, boolOf, floats, numbersOf } from "./families.ts"

test("Or combines truth values, and nothing else", async () => {
  const given = [boolOf(true, true, false, false), boolOf(true, false, true, false)]
  const [result] = await runGraph(given, (tensors) => op("Or", tensors))
  assert.deepEqual(numbersOf(result), [1, 1, 1, 0])
  assertFault("GRAPH_SHAPE", () => op("Or", [floats([2]), floats([2])]))
})
