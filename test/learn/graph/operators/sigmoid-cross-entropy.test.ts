import { describe, test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { between } from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, describeBinary, tensorOf } from "./families.ts"

describeBinary("SigmoidCrossEntropy", {
  formula: (z, y) => {
    const p = 1 / (1 + Math.exp(-z))
    return -y * Math.log(p) - (1 - y) * Math.log(1 - p)
  },
  element: between(0.1, 1.9),
})

describe("SigmoidCrossEntropy of logits of both signs", () => {
  test("overflows nowhere", async () => {
    const given = [tensorOf([4], [1000, -1000, 1000, -1000]), tensorOf([4], [1, 0, 0, 1])]
    const [result] = await runGraph(given, (tensors) => op("SigmoidCrossEntropy", tensors))
    assertAllNear(result, [0, 0, 1000, 1000], 0)
  })
})
