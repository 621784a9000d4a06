import assert from "node:assert/strict"
import { describe, test } from "node:test"

import fc from "fast-check"

import { gradients } from "../../../../src/learn/graph/gradient.ts"
import { ops } from "../../../../src/learn/graph/op.ts"
import { scalar } from "../../../../src/learn/graph/operator.ts"
import { int, ints } from "../../../../src/onnx/attributes.ts"
import {
  checkFreeSizes,
  checkGradient,
  checkProperty,
  distinctValuesOf,
  gradientsOf,
} from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats } from "./families.ts"
import { attributesOf, forEachWindow, sizesFor, someWindows } from "./windows.ts"

const pools = someWindows.chain((windows) =>
  sizesFor(windows).chain((sizes) =>
    fc.record({
      values: distinctValuesOf([1, 2, ...sizes]),
      windows: fc.constant(windows),
    }),
  ),
)

describe("MaxPool", () => {
  test("is the greatest of each window", async () => {
    await checkProperty(pools, async ({ values, windows }) => {
      const expected: number[] = []
      forEachWindow(values, windows, ({ elements }) =>
        expected.push(Math.max(...elements.filter((element) => element !== null))),
      )
      // A window of nothing but zeros around has no greatest element.
      fc.pre(expected.every(Number.isFinite))
      const attributes = { ...attributesOf(windows), kernel_shape: ints(windows.kernel) }
      const { shape, data } = values
      const outputs = await runGraph([{ type: "float64", shape, data }], (tensors) =>
        ops("MaxPool", tensors, attributes),
      )
      assertAllNear(outputs[0], expected, 0)
    })
  })

  test("has the derivative of differences", async () => {
    await checkProperty(pools, async ({ values, windows }) => {
      let isEmpty = false
      forEachWindow(values, windows, ({ elements }) => {
        isEmpty ||= elements.every((element) => element === null)
      })
      fc.pre(!isEmpty)
      const attributes = { ...attributesOf(windows), kernel_shape: ints(windows.kernel) }
      await checkGradient([values], (tensors) => ops("MaxPool", tensors, attributes))
    })
  })

  test("of equal ones, the first has the gradient", async () => {
    const given = { shape: [1, 1, 3], data: Float64Array.of(2, 2, 1) }
    const [found] = await gradientsOf([given], (tensors) =>
      ops("MaxPool", tensors, { kernel_shape: ints([3]) }).slice(0, 1),
    )
    assert.deepEqual(found, [1, 0, 0])
  })

  test("takes a free batch, and parts of windows at the end", async () => {
    for (const ceiling of [0, 1])
      await checkFreeSizes([["batch", 2, 4, 5]], (tensors) =>
        ops("MaxPool", tensors, {
          kernel_shape: ints([2, 3]),
          strides: ints([3, 2]),
          ceil_mode: int(ceiling),
        }),
      )
  })

  test("has no derivative where places count by columns", () => {
    const x = floats([1, 1, 4])
    const [output = x] = ops("MaxPool", [x], { kernel_shape: ints([2]), storage_order: int(1) })
    assertFault("GRAPH_OPERATOR", () => gradients([{ output, seed: scalar("float32", 1) }], [x]))
  })

  test("takes windows of as many axes as there are", () => {
    assertFault("GRAPH_SHAPE", () => ops("MaxPool", [floats([1, 1, 4])], { kernel_shape: ints([2, 2]) }))
    assertFault("GRAPH_SHAPE", () => ops("MaxPool", [floats([1, 1, 4])], { kernel_shape: ints([5]) }))
    assertFault("GRAPH_SHAPE", () => ops("MaxPool", [floats([1, 4])], { kernel_shape: ints([2]) }))
  })
})
