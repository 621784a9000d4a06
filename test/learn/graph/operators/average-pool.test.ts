import assert from "node:assert/strict"
import { describe, test } from "node:test"

import fc from "fast-check"

import { gradients } from "../../../../src/learn/graph/gradient.ts"
import { op } from "../../../../src/learn/graph/op.ts"
import { scalar } from "../../../../src/learn/graph/operator.ts"
import type { SymbolicTensor } from "../../../../src/learn/graph/tensor.ts"
import { int, ints } from "../../../../src/onnx/attributes.ts"
import { checkFreeSizes, checkGradient, checkProperty, type Values, valuesOf } from "../check-gradient.ts"
import { emittedOperators, runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats } from "./families.ts"
import { attributesOf, forEachWindow, sizesFor, someWindows, type Windows } from "./windows.ts"

const pools = someWindows.chain((windows) =>
  sizesFor(windows).chain((sizes) =>
    fc.record({
      values: valuesOf([1, 2, ...sizes]),
      windows: fc.constant(windows),
      isPadCounted: fc.boolean(),
    }),
  ),
)

describe("AveragePool", () => {
  const build =
    ({ windows, isPadCounted }: { windows: Windows; isPadCounted: boolean }) =>
    (tensors: readonly SymbolicTensor[]) =>
      op("AveragePool", tensors, {
        ...attributesOf(windows),
        kernel_shape: ints(windows.kernel),
        count_include_pad: int(Number(isPadCounted)),
      })

  /** A window of nothing but zeros around has no mean. */
  const isWhole = (values: Values, windows: Windows) => {
    let isEmpty = false
    forEachWindow(values, windows, ({ elements }) => {
      isEmpty ||= elements.every((element) => element === null)
    })
    return !isEmpty
  }

  test("is the mean of each window, with or without the zeros around", async () => {
    await checkProperty(pools, async ({ values, windows, isPadCounted }) => {
      fc.pre(isWhole(values, windows))
      const expected: number[] = []
      forEachWindow(values, windows, ({ elements }) => {
        const counted = isPadCounted ? elements : elements.filter((element) => element !== null)
        expected.push(counted.reduce<number>((sum, element) => sum + (element ?? 0), 0) / counted.length)
      })
      const { shape, data } = values
      const [result] = await runGraph([{ type: "float64", shape, data }], build({ windows, isPadCounted }))
      assertAllNear(result, expected, 1e-12)
    })
  })

  test("has the derivative of differences, and the engine's values in float32", async () => {
    await checkProperty(pools, async ({ values, windows, isPadCounted }) => {
      fc.pre(isWhole(values, windows))
      await checkGradient([values], build({ windows, isPadCounted }))
    })
  })

  test("takes a free batch, with strides that stop short of the end", async () => {
    await checkFreeSizes([["batch", 2, 4, 6]], (tensors) =>
      op("AveragePool", tensors, { kernel_shape: ints([2, 3]), strides: ints([3, 2]) }),
    )
  })

  test("is the engine's kernel in float32", () => {
    const pool = {
      windows: { kernel: [2], strides: [1], dilations: [1], before: [0], after: [0] },
      isPadCounted: false,
    }
    assert.deepEqual(emittedOperators("float32", [["batch", 2, 5]], build(pool)), ["AveragePool"])
  })

  test("has no derivative with parts of windows", () => {
    const x = floats([1, 1, 4])
    const output = op("AveragePool", [x], { kernel_shape: ints([3]), strides: ints([2]), ceil_mode: int(1) })
    assertFault("GRAPH_OPERATOR", () => gradients([{ output, seed: scalar("float32", 1) }], [x]))
  })

  test("takes windows of as many axes as there are", () => {
    assertFault("GRAPH_SHAPE", () => op("AveragePool", [floats([1, 1, 4])], { kernel_shape: ints([2, 2]) }))
  })
})
