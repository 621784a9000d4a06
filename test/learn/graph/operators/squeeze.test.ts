import { describe, test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { integers } from "../../../../src/learn/graph/operator.ts"
import { checkFreeSizes, checkGradient, checkProperty, shapesWithAxis, valuesOf } from "../check-gradient.ts"
import { assertFault, floats } from "./families.ts"

describe("Squeeze", () => {
  test("has the derivative of differences, of axes counted from either end", async () => {
    const squeezed = shapesWithAxis.chain(({ shape, axis }) =>
      valuesOf(shape.map((size, at) => (at === (axis + shape.length) % shape.length ? 1 : size))).map(
        (values) => ({ values, axis }),
      ),
    )
    await checkProperty(squeezed, async ({ values, axis }) =>
      checkGradient([values], ([x = floats([])]) => op("Squeeze", [x, integers([axis])])),
    )
  })

  test("leaves out all axes of 1 where none is named", async () => {
    await checkProperty(valuesOf([1, 2, 1]), async (values) =>
      checkGradient([values], (tensors) => op("Squeeze", tensors)),
    )
  })

  test("keeps free sizes, and puts a broadcast gradient back", async () => {
    await checkFreeSizes([["batch", 1, 3]], ([x = floats([])]) => op("Squeeze", [x, integers([1])]))
    await checkFreeSizes([["batch", 1, 3]], ([x = floats([])]) =>
      op("ReduceSum", [op("Squeeze", [x, integers([1])])]),
    )
  })

  test("takes constant axes of size 1", () => {
    assertFault("GRAPH_SHAPE", () => op("Squeeze", [floats([2, 1]), integers([0])]))
    assertFault("GRAPH_SHAPE", () => op("Squeeze", [floats([2, 1]), integers([2])]))
    assertFault("GRAPH_SHAPE", () => op("Squeeze", [floats([2, 1]), floats([1], "int64")]))
    assertFault("GRAPH_SHAPE", () => op("Squeeze", [floats(["batch", 1])]))
  })
})
