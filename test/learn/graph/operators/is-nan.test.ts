import assert from "node:assert/strict"
import { test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { runGraph } from "../run-graph.ts"
import { numbersOf, tensorOf } from "./families.ts"

test("IsNaN is true of NaN alone", async () => {
  const given = tensorOf([4], [0, Number.NaN, Number.POSITIVE_INFINITY, -1])
  const [result] = await runGraph([given], (tensors) => op("IsNaN", tensors))
  assert.equal(result?.type, "bool")
  assert.deepEqual(numbersOf(result), [0, 1, 0, 0])
})
