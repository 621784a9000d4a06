import assert from "node:assert/strict"
import { test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { gradientsOf, valuesOf } from "../check-gradient.ts"
import { describeReduction, floats, vectorOf } from "./families.ts"

describeReduction("ReduceL2", {
  formula: (values) => Math.hypot(...values),
  values: valuesOf,
})

test("has a slope of 0 where all elements are 0", async () => {
  const [found] = await gradientsOf([vectorOf(0, 0)], ([x = floats([])]) => op("ReduceL2", [x]))
  assert.deepEqual(found, [0, 0])
})
