import { test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { valuesOf } from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, describeReduction, floats, tensorOf } from "./families.ts"

describeReduction("ReduceLogSumExp", {
  formula: (values) => Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0)),
  values: valuesOf,
})

test("overflows nowhere", async () => {
  const given = tensorOf([2], [1000, 1000])
  const [found] = await runGraph([given], ([x = floats([])]) => op("ReduceLogSumExp", [x]))
  assertAllNear(found, [1000 + Math.LN2], 1e-12)
})
