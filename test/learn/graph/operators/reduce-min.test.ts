import assert from "node:assert/strict"
import { test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { distinctValuesOf, gradientsOf } from "../check-gradient.ts"
import { describeReduction, floats, vectorOf } from "./families.ts"

describeReduction("ReduceMin", {
  formula: (values) => Math.min(...values),
  values: distinctValuesOf,
})

test("equal ones share the gradient evenly", async () => {
  const given = vectorOf(1, 3, 1, 2)
  const [found] = await gradientsOf([given], ([x = floats([])]) => op("ReduceMin", [x]))
  assert.deepEqual(found, [0.5, 0, 0.5, 0])
})
