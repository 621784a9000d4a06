import { describe, test } from "node:test"

import fc from "fast-check"

import { op } from "../../../../src/learn/graph/op.ts"
import { between, checkFreeSizes, checkGradient, checkProperty, valuesOf } from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, tensorOf } from "./families.ts"

describe("SoftmaxCrossEntropy", () => {
  test("has the formula's values, and overflows nowhere", async () => {
    const given = [tensorOf([3, 2], [0, Math.log(3), 1000, 0, 1000, 0]), tensorOf([3, 2], [1, 0, 1, 0, 0, 1])]
    const [result] = await runGraph(given, (tensors) => op("SoftmaxCrossEntropy", tensors))
    assertAllNear(result, [Math.log(4), 0, 1000], 1e-12)
  })

  test("has the derivatives of differences, by targets that do not sum to 1 too", async () => {
    const given = fc
      .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 })
      .chain((shape) => fc.tuple(valuesOf(shape), valuesOf(shape, between(0, 1))))
    await checkProperty(given, async (values) =>
      checkGradient(values, (tensors) => op("SoftmaxCrossEntropy", tensors)),
    )
  })

  test("keeps free sizes, and takes the gradient of a mean", async () => {
    await checkFreeSizes(
      [
        ["batch", 3],
        ["batch", 3],
      ],
      (tensors) => op("SoftmaxCrossEntropy", tensors),
    )
    await checkFreeSizes(
      [
        ["batch", 3],
        ["batch", 3],
      ],
      (tensors) => op("ReduceMean", [op("SoftmaxCrossEntropy", tensors)]),
    )
  })

  test("takes logits and targets of one shape", () => {
    assertFault("GRAPH_SHAPE", () => op("SoftmaxCrossEntropy", [floats([2, 3]), floats([3])]))
    assertFault("GRAPH_SHAPE", () => op("SoftmaxCrossEntropy", [floats([]), floats([])]))
  })
})
