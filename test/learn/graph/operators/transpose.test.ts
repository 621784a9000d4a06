import { describe, test } from "node:test"

import fc from "fast-check"

import { op } from "../../../../src/learn/graph/op.ts"
import { ints } from "../../../../src/onnx/attributes.ts"
import { checkFreeSizes, checkGradient, checkProperty, shapes, valuesOf } from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, tensorOf } from "./families.ts"

describe("Transpose", () => {
  test("reverses the axes unless told an order", async () => {
    const given = tensorOf([2, 3], [0, 1, 2, 3, 4, 5])
    const [result] = await runGraph([given], (tensors) => op("Transpose", tensors))
    assertAllNear(result, [0, 3, 1, 4, 2, 5], 0)
  })

  test("has the derivative of differences in any order", async () => {
    const turned = shapes.chain((shape) =>
      fc.record({
        values: valuesOf(shape),
        order: fc.option(
          fc.shuffledSubarray(
            shape.map((_, axis) => axis),
            { minLength: shape.length },
          ),
        ),
      }),
    )
    await checkProperty(turned, async ({ values, order }) =>
      checkGradient([values], (tensors) =>
        op("Transpose", tensors, order === null ? {} : { perm: ints(order) }),
      ),
    )
  })

  test("moves free sizes", async () => {
    await checkFreeSizes([["batch", 2, 3]], (tensors) => op("Transpose", tensors, { perm: ints([2, 0, 1]) }))
  })

  test("takes an order of all axes, each once", () => {
    assertFault("GRAPH_SHAPE", () => op("Transpose", [floats([2, 3])], { perm: ints([0]) }))
    assertFault("GRAPH_SHAPE", () => op("Transpose", [floats([2, 3])], { perm: ints([0, 0]) }))
  })
})
