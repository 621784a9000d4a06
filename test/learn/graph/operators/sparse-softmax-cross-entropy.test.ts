import { describe, test } from "node:test"

import fc from "fast-check"

import { gradients } from "../../../../src/learn/graph/gradient.ts"
import { op } from "../../../../src/learn/graph/op.ts"
import { scalar } from "../../../../src/learn/graph/operator.ts"
import { constant } from "../../../../src/learn/graph/tensor.ts"
import { checkGradient, checkProperty, valuesOf } from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, int64Of, tensorOf } from "./families.ts"

describe("SparseSoftmaxCrossEntropy", () => {
  test("has the formula's values, keeps free sizes, and overflows nowhere", async () => {
    const given = [
      { ...tensorOf([3, 2], [0, Math.log(3), 1000, 0, 1000, 0]), known: ["batch", 2] },
      { ...int64Of([3], [0, 0, 1]), known: ["batch"] },
    ]
    const [result] = await runGraph(given, (tensors) => op("SparseSoftmaxCrossEntropy", tensors))
    assertAllNear(result, [Math.log(4), 0, 1000], 1e-12)
  })

  test("has the derivative of differences, of each row and of their mean", async () => {
    const given = fc
      .array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 3 })
      .chain((shape) =>
        fc.tuple(valuesOf(shape), fc.infiniteStream(fc.nat({ max: (shape.at(-1) ?? 1) - 1 }))),
      )
    await checkProperty(given, async ([values, stream]) => {
      const shape = values.shape.slice(0, -1)
      const count = shape.reduce((product, size) => product * size, 1)
      const data = BigInt64Array.from(stream.take(count), BigInt)
      const classes = constant({ type: "int64", shape, data })
      await checkGradient([values], ([z = floats([])]) => op("SparseSoftmaxCrossEntropy", [z, classes]))
      await checkGradient([values], ([z = floats([])]) =>
        op("ReduceMean", [op("SparseSoftmaxCrossEntropy", [z, classes])]),
      )
    })
  })

  test("takes one int64 class per row, of a known number of classes", () => {
    assertFault("GRAPH_SHAPE", () => op("SparseSoftmaxCrossEntropy", [floats([2, 3]), floats([2])]))
    assertFault("GRAPH_SHAPE", () => op("SparseSoftmaxCrossEntropy", [floats([2, 3]), floats([3], "int64")]))
    assertFault("GRAPH_SHAPE", () => op("SparseSoftmaxCrossEntropy", [floats([3]), floats([], "int64")]))
    const z = floats([2, "classes"])
    const output = op("SparseSoftmaxCrossEntropy", [z, floats([2], "int64")])
    assertFault("GRAPH_SHAPE", () => gradients([{ output, seed: scalar("float32", 1) }], [z]))
  })
})
