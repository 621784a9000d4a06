import { describe, test } from "node:test"

import fc from "fast-check"

import { op } from "../../../../src/learn/graph/op.ts"
import { constant } from "../../../../src/learn/graph/tensor.ts"
import { int } from "../../../../src/onnx/attributes.ts"
import {
  checkFreeSizes,
  checkGradient,
  checkProperty,
  shapes,
  shapesWithAxis,
  valuesOf,
} from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, int64Of, tensorOf } from "./families.ts"

describe("Gather", () => {
  test("looks up rows", async () => {
    const given = [tensorOf([3, 2], [0, 1, 2, 3, 4, 5]), { ...int64Of([2, 1], [2, -2]), known: ["batch", 1] }]
    const [result] = await runGraph(given, (tensors) => op("Gather", tensors))
    assertAllNear(result, [4, 5, 2, 3], 0)
  })

  test("has the derivative of differences along any axis, by indices of any shape, repeated ones too", async () => {
    const lookups = fc.tuple(shapesWithAxis, shapes).chain(([{ shape, axis }, places]) => {
      const size = shape.at(axis) ?? 1
      const count = places.reduce((product, each) => product * each, 1)
      return fc.record({
        values: valuesOf(shape),
        axis: fc.constant(axis),
        places: fc.constant(places),
        indices: fc.array(fc.integer({ min: -size, max: size - 1 }), { minLength: count, maxLength: count }),
      })
    })
    await checkProperty(
      lookups,
      async ({ values, axis, places, indices }) => {
        const data = BigInt64Array.from(indices, BigInt)
        const index = constant({ type: "int64", shape: places, data })
        await checkGradient([values], ([x = floats([])]) => op("Gather", [x, index], { axis: int(axis) }))
      },
      30,
    )
  })

  test("gathers beside free sizes", async () => {
    const index = constant({ type: "int64", shape: [2], data: BigInt64Array.of(2n, 2n) })
    await checkFreeSizes([["batch", 3, 2]], ([x = floats([])]) => op("Gather", [x, index], { axis: int(1) }))
  })

  test("takes no axis that is not there", () => {
    assertFault("GRAPH_SHAPE", () => op("Gather", [floats([2]), floats([1], "int64")], { axis: int(1) }))
  })
})
