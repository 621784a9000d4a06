import { describe, test } from "node:test"

import fc from "fast-check"

import { op } from "../../../../src/learn/graph/op.ts"
import { integers } from "../../../../src/learn/graph/operator.ts"
import type { SymbolicTensor } from "../../../../src/learn/graph/tensor.ts"
import { checkFreeSizes, checkGradient, checkProperty, shapesWithAxis, valuesOf } from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, tensorOf } from "./families.ts"

type Cut = {
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  readonly axes: readonly number[]
  readonly steps: readonly number[]
}

function slice(x: SymbolicTensor | undefined, { starts, ends, axes, steps }: Cut): SymbolicTensor {
  return op("Slice", [x ?? null, integers(starts), integers(ends), integers(axes), integers(steps)])
}

describe("Slice", () => {
  test("takes what is asked for, in either direction", async () => {
    const given = tensorOf([5], [0, 1, 2, 3, 4])
    const cases = [
      { start: 1, end: 4, step: 1, expected: [1, 2, 3] },
      { start: -2, end: 100, step: 1, expected: [3, 4] },
      { start: 0, end: 5, step: 2, expected: [0, 2, 4] },
      { start: -1, end: -100, step: -2, expected: [4, 2, 0] },
      { start: 3, end: 0, step: -1, expected: [3, 2, 1] },
      { start: 4, end: 2, step: 1, expected: [] },
    ]
    for (const { start, end, step, expected } of cases) {
      const [result] = await runGraph([given], ([x]) =>
        slice(x, { starts: [start], ends: [end], axes: [0], steps: [step] }),
      )
      assertAllNear(result, expected, 0)
    }
  })

  test("has the derivative of differences for any start, end and step along any axis", async () => {
    const cuts = shapesWithAxis.chain(({ shape, axis }) =>
      fc.record({
        values: valuesOf(shape),
        axis: fc.constant(axis),
        start: fc.integer({ min: -5, max: 5 }),
        end: fc.integer({ min: -5, max: 5 }),
        step: fc.constantFrom(1, 2, 3, -1, -2),
      }),
    )
    await checkProperty(
      cuts,
      async ({ values, axis, start, end, step }) =>
        checkGradient([values], ([x]) =>
          slice(x, { starts: [start], ends: [end], axes: [axis], steps: [step] }),
        ),
      30,
    )
  })

  test("cuts several axes at once, some by steps", async () => {
    const cut = { starts: [1, 0, -1], ends: [3, 4, -4], axes: [0, 1, 2], steps: [1, 2, -1] }
    await checkProperty(
      valuesOf([3, 4, 3]),
      async (values) => checkGradient([values], ([x]) => slice(x, cut)),
      3,
    )
  })

  test("cuts beside a free size, which stays whole", async () => {
    await checkFreeSizes([["batch", 4]], ([x]) => slice(x, { starts: [1], ends: [3], axes: [1], steps: [1] }))
    const whole = { starts: [0, 1], ends: [2 ** 40, 3], axes: [0, 1], steps: [1, 1] }
    await checkFreeSizes([["batch", 4]], ([x]) => slice(x, whole))
  })

  test("takes no part of a free size, no step of 0, no bounds that are no constants", () => {
    const x = floats(["batch", 4])
    assertFault("GRAPH_SHAPE", () => slice(x, { starts: [1], ends: [3], axes: [0], steps: [1] }))
    assertFault("GRAPH_SHAPE", () => slice(x, { starts: [1], ends: [3], axes: [1], steps: [0] }))
    assertFault("GRAPH_SHAPE", () => op("Slice", [x, floats([1], "int64"), integers([1])]))
    assertFault("GRAPH_SHAPE", () => op("Slice", [x, integers([1]), integers([1]), floats([1], "int64")]))
  })
})
