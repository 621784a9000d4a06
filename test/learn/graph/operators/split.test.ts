import assert from "node:assert/strict"
import { describe, test } from "node:test"

import fc from "fast-check"

import { ops } from "../../../../src/learn/graph/op.ts"
import { integers } from "../../../../src/learn/graph/operator.ts"
import { int } from "../../../../src/onnx/attributes.ts"
import { checkFreeSizes, checkGradient, checkProperty, shapesWithAxis, valuesOf } from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertFault, floats, numbersOf, tensorOf } from "./families.ts"

describe("Split", () => {
  test("cuts into given sizes, or into equal ones with a lesser last", async () => {
    const given = tensorOf([5], [0, 1, 2, 3, 4])
    const parts = await runGraph([given], ([x = floats([])]) => ops("Split", [x, integers([1, 4])]))
    assert.deepEqual(parts.map(numbersOf), [[0], [1, 2, 3, 4]])
    const halves = await runGraph([given], ([x = floats([])]) => ops("Split", [x], { num_outputs: int(2) }))
    assert.deepEqual(halves.map(numbersOf), [
      [0, 1, 2],
      [3, 4],
    ])
  })

  test("has the derivative of differences along any axis, by all parts or by some", async () => {
    const cut = shapesWithAxis.chain(({ shape, axis }) =>
      fc.record({
        values: valuesOf(shape),
        axis: fc.constant(axis),
        first: fc.integer({ min: 1, max: shape.at(axis) ?? 1 }),
        isFirstAlone: fc.boolean(),
      }),
    )
    await checkProperty(cut, async ({ values, axis, first, isFirstAlone }) => {
      const size = values.shape.at(axis) ?? 1
      const sizes = first === size ? [first] : [first, size - first]
      await checkGradient([values], ([x = floats([])]) => {
        const parts = ops("Split", [x, integers(sizes)], { axis: int(axis) })
        return isFirstAlone ? parts.slice(0, 1) : parts
      })
    })
  })

  test("cuts beside a free size", async () => {
    await checkFreeSizes([["batch", 3]], ([x = floats([])]) =>
      ops("Split", [x, integers([1, 2])], { axis: int(1) }),
    )
  })

  test("takes constant sizes that make up the whole", () => {
    assertFault("GRAPH_SHAPE", () => ops("Split", [floats([3]), integers([1, 1])]))
    assertFault("GRAPH_SHAPE", () => ops("Split", [floats([3]), floats([2], "int64")]))
    assertFault("GRAPH_SHAPE", () => ops("Split", [floats(["batch"]), integers([1, 1])]))
    assertFault("GRAPH_SHAPE", () => ops("Split", [floats(["batch"])], { num_outputs: int(2) }))
  })
})
