import assert from "node:assert/strict"
import { test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { int } from "../../../../src/onnx/attributes.ts"
import { runGraph } from "../run-graph.ts"
import { numbersOf, tensorOf } from "./families.ts"

test("IsInf is true of infinities, or of one of them", async () => {
  const given = tensorOf([4], [0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
  const [both] = await runGraph([given], (tensors) => op("IsInf", tensors))
  assert.equal(both?.type, "bool")
  assert.deepEqual(numbersOf(both), [0, 0, 1, 1])
  const [positive] = await runGraph([given], (tensors) => op("IsInf", tensors, { detect_negative: int(0) }))
  assert.deepEqual(numbersOf(positive), [0, 0, 1, 0])
})
