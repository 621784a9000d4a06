/** @file What Max and Min are held to alike: the formula, differences, free sizes, and who has the gradient of equal ones. */
import assert from "node:assert/strict"
import { describe, test } from "node:test"

import fc from "fast-check"

import { op } from "../../../../src/learn/graph/op.ts"
import {
  broadcastPairs,
  checkFreeSizes,
  checkGradient,
  checkProperty,
  distinctValuesOf,
  gradientsOf,
  type Values,
} from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, tensorOf, vectorOf } from "./families.ts"

/** `third` is chosen by neither of two ones that are equal. */
export function describeExtreme(
  operator: "Max" | "Min",
  { formula, third }: { readonly formula: (...values: number[]) => number; readonly third: number },
): void {
  describe(operator, () => {
    test("has the formula's values for one, two and three inputs", async () => {
      const inputs = [tensorOf([2], [1, 5]), tensorOf([2], [2, 4]), tensorOf([], [3])]
      for (const count of [1, 2, 3]) {
        const [result] = await runGraph(inputs.slice(0, count), (tensors) => op(operator, tensors))
        const expected = [
          [1, 2, 3],
          [5, 4, 3],
        ].map((values) => formula(...values.slice(0, count)))
        assertAllNear(result, expected, 0)
      }
    })

    test("has the derivatives of differences over broadcast shapes, for two and three inputs", async () => {
      await checkProperty(
        broadcastPairs.chain(([a, b]) => fc.tuple(distinctValuesOf(a), distinctValuesOf(b), fc.boolean())),
        async ([x, y, isThird]) => {
          // No two elements are equal, also not of two inputs.
          const inputs = [x, moved(y, 0.002), ...(isThird ? [vectorOf(0.304)] : [])]
          await checkGradient(inputs, (tensors) => op(operator, tensors))
        },
      )
    })

    test("broadcasts over free sizes", async () => {
      await checkFreeSizes([["batch", 3], [3], []], (tensors) => op(operator, tensors))
    })

    test("of equal ones, the first has the gradient", async () => {
      const given = [vectorOf(1, 2), vectorOf(1, 2), vectorOf(1, third)]
      const first = [1, 1]
      const none = [0, 0]
      const gradients = (count: number) =>
        gradientsOf(given.slice(0, count), (tensors) => op(operator, tensors))
      assert.deepEqual(await gradients(2), [first, none])
      assert.deepEqual(await gradients(3), [first, none, none])
    })

    test("takes no two types", () => {
      assertFault("GRAPH_SHAPE", () => op(operator, [floats([2]), floats([2], "int64")]))
    })
  })
}

function moved(values: Values, by: number): Values {
  return { ...values, data: values.data.map((value) => value + by) }
}
