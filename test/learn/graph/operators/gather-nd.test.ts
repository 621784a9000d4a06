import { describe, test } from "node:test"

import fc from "fast-check"

import { op } from "../../../../src/learn/graph/op.ts"
import { constant } from "../../../../src/learn/graph/tensor.ts"
import { int } from "../../../../src/onnx/attributes.ts"
import { checkFreeSizes, checkGradient, checkProperty, valuesOf } from "../check-gradient.ts"
import { assertFault, floats } from "./families.ts"

describe("GatherND", () => {
  test("has the derivative of differences by index tuples of any length, repeated ones too", async () => {
    const lookups = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }).chain((shape) =>
      fc.integer({ min: 1, max: shape.length }).chain((depth) =>
        fc.record({
          values: valuesOf(shape),
          tuples: fc.array(fc.tuple(...shape.slice(0, depth).map((size) => fc.nat({ max: size - 1 }))), {
            minLength: 1,
            maxLength: 4,
          }),
          depth: fc.constant(depth),
        }),
      ),
    )
    await checkProperty(lookups, async ({ values, tuples, depth }) => {
      const data = BigInt64Array.from(tuples.flat(), BigInt)
      const indices = constant({ type: "int64", shape: [tuples.length, depth], data })
      await checkGradient([values], ([x = floats([])]) => op("GatherND", [x, indices]))
    })
  })

  test("gathers rows of a free size", async () => {
    const first = constant({ type: "int64", shape: [2, 1], data: BigInt64Array.of(0n, 0n) })
    await checkFreeSizes([["batch", 3]], ([x = floats([])]) => op("GatherND", [x, first]))
  })

  test("takes tuples that are no longer than the axes, and no batch dimensions", () => {
    assertFault("GRAPH_SHAPE", () => op("GatherND", [floats([2]), floats([1, 2], "int64")]))
    assertFault("GRAPH_SHAPE", () => op("GatherND", [floats([2]), floats(["batch"], "int64")]))
    assertFault("GRAPH_SHAPE", () =>
      op("GatherND", [floats([2, 2]), floats([2, 1], "int64")], { batch_dims: int(1) }),
    )
  })
})
