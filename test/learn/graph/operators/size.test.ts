import assert from "node:assert/strict"
import { test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { runGraph } from "../run-graph.ts"
import { numbersOf, tensorOf } from "./families.ts"

test("Size is how many elements there are in a run", async () => {
  const given = { ...tensorOf([2, 3], [1, 2, 3, 4, 5, 6]), known: ["batch", 3] }
  const [result] = await runGraph([given], (tensors) => op("Size", tensors))
  assert.deepEqual(numbersOf(result), [6])
})
