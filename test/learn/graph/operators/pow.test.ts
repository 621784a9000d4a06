import { describe, test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { scalar } from "../../../../src/learn/graph/operator.ts"
import { constant } from "../../../../src/learn/graph/tensor.ts"
import {
  awayFromZero,
  between,
  broadcastValues,
  checkFreeSizes,
  checkGradient,
  checkProperty,
  shapes,
  valuesOf,
} from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, floats, tensorOf } from "./families.ts"

test("Pow of positive numbers, by both", async () => {
  await checkProperty(broadcastValues(between(0.2, 2)), async (values) =>
    checkGradient(values, (tensors) => op("Pow", tensors)),
  )
  await checkFreeSizes([["batch", 3], [3]], ([x = floats([]), y = floats([])]) =>
    op("Pow", [op("Exp", [x]), y]),
  )
})

describe("Pow by a constant", () => {
  for (const exponent of [2, 3, -1, -2, 0, 1])
    test(`${exponent}, of numbers of both signs`, async () => {
      await checkProperty(
        shapes.chain((shape) => valuesOf(shape, awayFromZero)),
        async (values) =>
          checkGradient([values], ([x = floats([])]) => op("Pow", [x, scalar(x.type, exponent)])),
        4,
      )
    })

  for (const exponent of [0.5, -1.5])
    test(`${exponent}, of positive numbers`, async () => {
      await checkProperty(
        shapes.chain((shape) => valuesOf(shape, between(0.2, 2))),
        async (values) =>
          checkGradient([values], ([x = floats([])]) => op("Pow", [x, scalar(x.type, exponent)])),
        4,
      )
    })

  test("of another type", async () => {
    const three = constant({ type: "int64", shape: [], data: BigInt64Array.of(3n) })
    const given = tensorOf([2], [-1.5, 2])
    const [result] = await runGraph([given], ([x = floats([])]) => op("Pow", [x, three]))
    assertAllNear(result, [-3.375, 8], 1e-12)
    const values = { shape: [2], data: Float64Array.of(-1.5, 2) }
    await checkGradient([values], ([x = floats([])]) => op("Pow", [x, three]))
  })
})
