import { describe, test } from "node:test"

import fc from "fast-check"
import { gradients } from "../../../../src/learn/graph/gradient.ts"
import { op } from "../../../../src/learn/graph/op.ts"
import { integers, scalar } from "../../../../src/learn/graph/operator.ts"
import { text } from "../../../../src/onnx/attributes.ts"
import { checkFreeSizes, checkGradient, checkProperty, valuesOf } from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, tensorOf } from "./families.ts"

describe("Pad", () => {
  test("puts a constant around, and cuts where it is told less than nothing", async () => {
    const given = [tensorOf([2, 2], [1, 2, 3, 4]), tensorOf([], [9])]
    const [result] = await runGraph(given, ([x = floats([]), value = floats([])]) =>
      op("Pad", [x, integers([0, 1, -1, 0]), value]),
    )
    assertAllNear(result, [9, 1, 2], 0)
  })

  test("has the derivatives of differences, by the constant too", async () => {
    const padded = fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 1, maxLength: 3 }).chain((shape) =>
      fc.record({
        values: fc.tuple(valuesOf(shape), valuesOf([])),
        pads: fc
          .array(fc.integer({ min: -1, max: 2 }), {
            minLength: 2 * shape.length,
            maxLength: 2 * shape.length,
          })
          .filter((pads) => pads.some((size) => size !== 0)),
      }),
    )
    await checkProperty(padded, async ({ values, pads }) =>
      checkGradient(values, ([x = floats([]), value = floats([])]) => op("Pad", [x, integers(pads), value])),
    )
  })

  test("pads named axes, beside a free size and of it", async () => {
    for (const axis of [0, 1, -1])
      await checkFreeSizes([["batch", 3]], ([x = floats([])]) =>
        op("Pad", [x, integers([1, 2]), null, integers([axis])]),
      )
  })

  test("takes constant sizes of as many axes as there are", () => {
    assertFault("GRAPH_SHAPE", () => op("Pad", [floats([2, 3]), integers([1, 1])]))
    assertFault("GRAPH_SHAPE", () => op("Pad", [floats([2]), floats([2], "int64")]))
    assertFault("GRAPH_SHAPE", () => op("Pad", [floats([2]), integers([1, 1]), null, floats([1], "int64")]))
  })

  test("has no derivative where it mirrors", () => {
    const x = floats([3])
    const output = op("Pad", [x, integers([1, 1])], { mode: text("reflect") })
    assertFault("GRAPH_OPERATOR", () => gradients([{ output, seed: scalar("float32", 1) }], [x]))
  })
})
