import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import {
  checkFreeSizes,
  checkGradient,
  checkProperty,
  distinctValuesOf,
  gradientsOf,
  shapes,
} from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, tensorOf, vectorOf } from "./families.ts"

/** Between the hundredths that the values are. */
const [least, greatest] = [tensorOf([], [-0.7525]), tensorOf([], [0.8025])]

describe("Clip", () => {
  test("draws in between bounds, of which either may be left out", async () => {
    const x = tensorOf([3], [-2, 0.5, 2])
    const [both] = await runGraph([x, least, greatest], (tensors) => op("Clip", tensors))
    assertAllNear(both, [-0.7525, 0.5, 0.8025], 0)
    const [lower] = await runGraph([x, least], (tensors) => op("Clip", tensors))
    assertAllNear(lower, [-0.7525, 0.5, 2], 0)
    const [upper] = await runGraph([x, greatest], ([value = floats([]), bound = floats([])]) =>
      op("Clip", [value, null, bound]),
    )
    assertAllNear(upper, [-2, 0.5, 0.8025], 0)
  })

  test("has the derivatives of differences, by the bounds too", async () => {
    const bounds = [least, greatest].map(({ data }) => ({ shape: [], data: Float64Array.from(data, Number) }))
    await checkProperty(
      shapes.chain((shape) => distinctValuesOf(shape)),
      async (values) => checkGradient([values, ...bounds], (tensors) => op("Clip", tensors)),
    )
  })

  test("keeps free sizes", async () => {
    await checkFreeSizes([["batch", 3], [], []], ([x = floats([]), a = floats([]), b = floats([])]) =>
      op("Clip", [x, op("Neg", [op("Abs", [a])]), op("Abs", [b])]),
    )
  })

  test("passes the gradient at the bounds themselves", async () => {
    const given = [
      vectorOf(1, 2, 3),
      { shape: [], data: Float64Array.of(1) },
      { shape: [], data: Float64Array.of(3) },
    ]
    assert.deepEqual((await gradientsOf(given, (tensors) => op("Clip", tensors)))[0], [1, 1, 1])
  })

  test("takes scalars of its type as bounds", () => {
    assertFault("GRAPH_SHAPE", () => op("Clip", [floats([2]), floats([2])]))
    assertFault("GRAPH_SHAPE", () => op("Clip", [floats([2]), floats([], "int64")]))
  })
})
