import { describe, test } from "node:test"

import { gradients } from "../../../../src/learn/graph/gradient.ts"
import { op } from "../../../../src/learn/graph/op.ts"
import { scalar } from "../../../../src/learn/graph/operator.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, tensorOf } from "./families.ts"

describe("ReduceProd", () => {
  test("multiplies", async () => {
    const [result] = await runGraph([tensorOf([3], [2, 3, 4])], (tensors) => op("ReduceProd", tensors))
    assertAllNear(result, [24], 0)
  })

  test("has no derivative", () => {
    const x = floats([3])
    const output = op("ReduceProd", [x])
    assertFault("GRAPH_OPERATOR", () => gradients([{ output, seed: scalar("float32", 1) }], [x]))
  })
})
