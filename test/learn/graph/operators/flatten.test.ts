import { describe, test } from "node:test"

import fc from "fast-check"

import { op } from "../../../../src/learn/graph/op.ts"
import { int } from "../../../../src/onnx/attributes.ts"
import { checkFreeSizes, checkGradient, checkProperty, shapes, valuesOf } from "../check-gradient.ts"
import { assertFault, floats } from "./families.ts"

describe("Flatten", () => {
  test("has the derivative of differences at any place, counted from either end", async () => {
    const flattened = shapes.chain((shape) =>
      fc.record({ values: valuesOf(shape), axis: fc.integer({ min: -shape.length, max: shape.length }) }),
    )
    await checkProperty(flattened, async ({ values, axis }) =>
      checkGradient([values], ([x = floats([])]) => op("Flatten", [x], { axis: int(axis) })),
    )
  })

  test("keeps a free size, or multiplies it", async () => {
    for (const axis of [0, 1, 2])
      await checkFreeSizes([["batch", 2, 3]], ([x = floats([])]) => op("Flatten", [x], { axis: int(axis) }))
  })

  test("puts a broadcast gradient back", async () => {
    await checkFreeSizes([["batch", 2, 3]], ([x = floats([])]) => op("ReduceSum", [op("Flatten", [x])]))
  })

  test("takes no place that is not there", () => {
    assertFault("GRAPH_SHAPE", () => op("Flatten", [floats([2, 3])], { axis: int(3) }))
  })
})
