import { describe, test } from "node:test"

import fc from "fast-check"

import { op } from "../../../../src/learn/graph/op.ts"
import { integers } from "../../../../src/learn/graph/operator.ts"
import { checkFreeSizes, checkGradient, checkProperty, shapesWithAxis, valuesOf } from "../check-gradient.ts"
import { assertFault, floats } from "./families.ts"

describe("Unsqueeze", () => {
  test("has the derivative of differences, of axes counted from either end", async () => {
    await checkProperty(
      fc.tuple(
        shapesWithAxis.chain(({ shape, axis }) => valuesOf(shape).map((values) => ({ values, axis }))),
      ),
      async ([{ values, axis }]) =>
        checkGradient([values], ([x = floats([])]) => op("Unsqueeze", [x, integers([axis])])),
    )
    await checkProperty(valuesOf([2, 3]), async (values) =>
      checkGradient([values], ([x = floats([])]) => op("Unsqueeze", [x, integers([0, -1])])),
    )
  })

  test("keeps free sizes, and puts a broadcast gradient back", async () => {
    await checkFreeSizes([["batch", 3]], ([x = floats([])]) => op("Unsqueeze", [x, integers([1])]))
    await checkFreeSizes([["batch", 3]], ([x = floats([])]) =>
      op("ReduceSum", [op("Unsqueeze", [x, integers([1])])]),
    )
  })

  test("takes constant axes that the output has", () => {
    assertFault("GRAPH_SHAPE", () => op("Unsqueeze", [floats([2]), integers([2])]))
    assertFault("GRAPH_SHAPE", () => op("Unsqueeze", [floats([2]), floats([1], "int64")]))
  })
})
