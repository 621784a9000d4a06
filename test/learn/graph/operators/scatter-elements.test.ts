import { describe, test } from "node:test"

import fc from "fast-check"

import { gradients } from "../../../../src/learn/graph/gradient.ts"
import { op } from "../../../../src/learn/graph/op.ts"
import { scalar } from "../../../../src/learn/graph/operator.ts"
import { constant } from "../../../../src/learn/graph/tensor.ts"
import { int, text } from "../../../../src/onnx/attributes.ts"
import { checkGradient, checkProperty, valuesOf } from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, int64Of, tensorOf } from "./families.ts"

describe("ScatterElements", () => {
  test("puts elements in, or adds them", async () => {
    const given = [tensorOf([2, 2], [1, 2, 3, 4]), int64Of([2, 1], [1, 0]), tensorOf([2, 1], [10, 20])]
    const [put] = await runGraph(given, (tensors) => op("ScatterElements", tensors, { axis: int(1) }))
    assertAllNear(put, [1, 10, 20, 4], 0)
    const [added] = await runGraph(given, (tensors) =>
      op("ScatterElements", tensors, { axis: int(-1), reduction: text("add") }),
    )
    assertAllNear(added, [1, 12, 23, 4], 0)
  })

  test("has the derivatives of differences, added at repeated places or put in", async () => {
    const indices = (...data: readonly number[]) =>
      constant({ type: "int64", shape: [2, 2], data: BigInt64Array.from(data, BigInt) })
    await checkProperty(fc.tuple(valuesOf([2, 3]), valuesOf([2, 2])), async (values) => {
      await checkGradient(values, ([x = floats([]), updates = floats([])]) =>
        op("ScatterElements", [x, indices(2, 2, 0, 2), updates], { axis: int(1), reduction: text("add") }),
      )
      await checkGradient(values, ([x = floats([]), updates = floats([])]) =>
        op("ScatterElements", [x, indices(2, 1, 0, 2), updates], { axis: int(1) }),
      )
    })
  })

  test("takes as many updates as indices, and knows the derivative of adding alone", () => {
    const x = floats([3])
    const index = floats([2], "int64")
    assertFault("GRAPH_SHAPE", () => op("ScatterElements", [x, index, floats([3])]))
    assertFault("GRAPH_SHAPE", () => op("ScatterElements", [x, index, floats([2])], { axis: int(1) }))
    const output = op("ScatterElements", [x, index, floats([2])], { reduction: text("max") })
    assertFault("GRAPH_OPERATOR", () => gradients([{ output, seed: scalar("float32", 1) }], [x]))
  })
})
