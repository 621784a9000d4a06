import { describe, test } from "node:test"

import fc from "fast-check"

import { gradients } from "../../../../src/learn/graph/gradient.ts"
import { op } from "../../../../src/learn/graph/op.ts"
import { scalar } from "../../../../src/learn/graph/operator.ts"
import { int } from "../../../../src/onnx/attributes.ts"
import { checkFreeSizes, checkGradient, checkProperty, shapesWithAxis, valuesOf } from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertFault, floats, tensorOf } from "./families.ts"

describe("Concat", () => {
  test("has the derivatives of differences along any axis, of one to three tensors", async () => {
    const parts = shapesWithAxis.chain(({ shape, axis }) => {
      const at = axis < 0 ? axis + shape.length : axis
      const part = fc
        .integer({ min: 1, max: 3 })
        .chain((size) => valuesOf(shape.map((own, place) => (place === at ? size : own))))
      return fc.record({ parts: fc.array(part, { minLength: 1, maxLength: 3 }), axis: fc.constant(axis) })
    })
    await checkProperty(parts, async ({ parts: given, axis }) =>
      checkGradient(given, (tensors) => op("Concat", tensors, { axis: int(axis) })),
    )
  })

  test("goes beside a free size", async () => {
    await checkFreeSizes(
      [
        ["batch", 2],
        ["batch", 3],
      ],
      (tensors) => op("Concat", tensors, { axis: int(1) }),
    )
  })

  test("along a free size, has values but no gradient", async () => {
    const given = [{ ...tensorOf([3], [1, 2, 3]), known: ["batch"] }, tensorOf([2], [4, 5])]
    await runGraph(given, (tensors) => op("Concat", tensors, { axis: int(0) }))
    const x = floats(["batch"])
    const output = op("Concat", [x, floats([2])], { axis: int(0) })
    assertFault("GRAPH_SHAPE", () => gradients([{ output, seed: scalar("float32", 1) }], [x]))
  })

  test("takes equal sizes beside its axis, and one type", () => {
    assertFault("GRAPH_SHAPE", () => op("Concat", [floats([2, 3]), floats([3, 3])], { axis: int(1) }))
    assertFault("GRAPH_SHAPE", () => op("Concat", [floats([2, 3]), floats([2])], { axis: int(0) }))
    assertFault("GRAPH_SHAPE", () => op("Concat", [floats([2]), floats([2], "int64")], { axis: int(0) }))
    assertFault("GRAPH_SHAPE", () => op("Concat", [floats([2]), floats([2])], { axis: int(1) }))
  })
})
