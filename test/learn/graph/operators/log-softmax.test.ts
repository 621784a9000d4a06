import { describe, test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { int } from "../../../../src/onnx/attributes.ts"
import { checkFreeSizes, checkGradient, checkProperty, shapesWithAxis, valuesOf } from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, tensorOf } from "./families.ts"

describe("LogSoftmax", () => {
  test("has the formula's values along the last axis, and overflows nowhere", async () => {
    const given = tensorOf([2, 2], [0, Math.log(3), 1000, 1000])
    const [result] = await runGraph([given], ([x = floats([])]) => op("LogSoftmax", [x]))
    assertAllNear(result, [0.25, 0.75, 0.5, 0.5].map(Math.log), 1e-12)
  })

  test("has the derivative of differences along any axis", async () => {
    await checkProperty(
      shapesWithAxis.chain(({ shape, axis }) => valuesOf(shape).map((values) => ({ values, axis }))),
      async ({ values, axis }) =>
        checkGradient([values], ([x = floats([])]) => op("LogSoftmax", [x], { axis: int(axis) })),
    )
  })

  test("keeps free sizes, also along one", async () => {
    for (const axis of [0, 1])
      await checkFreeSizes([["batch", 3]], ([x = floats([])]) => op("LogSoftmax", [x], { axis: int(axis) }))
  })

  test("takes no axis that is not there", () => {
    assertFault("GRAPH_SHAPE", () => op("LogSoftmax", [floats([2, 3])], { axis: int(2) }))
  })
})
