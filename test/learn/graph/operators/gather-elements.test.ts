import { describe, test } from "node:test"

import fc from "fast-check"

import { op } from "../../../../src/learn/graph/op.ts"
import { constant } from "../../../../src/learn/graph/tensor.ts"
import { int } from "../../../../src/onnx/attributes.ts"
import { checkGradient, checkProperty, shapesWithAxis, valuesOf } from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, int64Of, tensorOf } from "./families.ts"

describe("GatherElements", () => {
  test("picks one element per index", async () => {
    const given = [tensorOf([2, 3], [0, 1, 2, 3, 4, 5]), int64Of([2, 2], [2, -3, 1, 1])]
    const [result] = await runGraph(given, (tensors) => op("GatherElements", tensors, { axis: int(1) }))
    assertAllNear(result, [2, 0, 4, 4], 0)
  })

  test("has the derivative of differences along any axis, with repeated indices", async () => {
    const picks = shapesWithAxis.chain(({ shape, axis }) => {
      const size = shape.at(axis) ?? 1
      const count = shape.reduce((product, each) => product * each, 1)
      return fc.record({
        values: valuesOf(shape),
        axis: fc.constant(axis),
        places: fc.array(fc.integer({ min: -size, max: size - 1 }), { minLength: count, maxLength: count }),
      })
    })
    await checkProperty(picks, async ({ values, axis, places }) => {
      const data = BigInt64Array.from(places, BigInt)
      const indices = constant({ type: "int64", shape: values.shape, data })
      await checkGradient([values], ([x = floats([])]) =>
        op("GatherElements", [x, indices], { axis: int(axis) }),
      )
    })
  })

  test("takes indices of the same number of axes only", () => {
    assertFault("GRAPH_SHAPE", () => op("GatherElements", [floats([2, 3]), floats([2], "int64")]))
    assertFault("GRAPH_SHAPE", () =>
      op("GatherElements", [floats([2, 3]), floats([2, 3], "int64")], { axis: int(2) }),
    )
  })
})
