import { describe, test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { integers } from "../../../../src/learn/graph/operator.ts"
import { broadcastPairs, checkFreeSizes, checkGradient, checkProperty, valuesOf } from "../check-gradient.ts"
import { assertFault, floats } from "./families.ts"

describe("Expand", () => {
  test("has the derivative of differences to any shape that it broadcasts with", async () => {
    await checkProperty(
      broadcastPairs.chain(([from, to]) => valuesOf(from).map((values) => ({ values, to }))),
      async ({ values, to }) =>
        checkGradient([values], ([x = floats([])]) => op("Expand", [x, integers(to)])),
    )
  })

  test("takes the shape of another tensor, free sizes included", async () => {
    await checkFreeSizes([[3], ["batch", 3]], ([x = floats([]), y = floats([])]) =>
      op("Mul", [op("Expand", [x, op("Shape", [y])]), y]),
    )
  })

  test("takes no shape that is not known or does not broadcast", () => {
    assertFault("GRAPH_SHAPE", () => op("Expand", [floats([3]), floats([2], "int64")]))
    assertFault("GRAPH_SHAPE", () => op("Expand", [floats([3]), integers([2, 2])]))
  })
})
