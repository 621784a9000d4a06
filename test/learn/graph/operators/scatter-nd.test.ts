import { describe, test } from "node:test"
import fc from "fast-check"
import { gradients } from "../../../../src/learn/graph/gradient.ts"
import { op } from "../../../../src/learn/graph/op.ts"
import { scalar } from "../../../../src/learn/graph/operator.ts"
import { constant } from "../../../../src/learn/graph/tensor.ts"
import { text } from "../../../../src/onnx/attributes.ts"
import { checkFreeSizes, checkGradient, checkProperty, valuesOf } from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, int64Of, tensorOf } from "./families.ts"

function places(...rows: readonly number[]) {
  return constant({ type: "int64", shape: [rows.length, 1], data: BigInt64Array.from(rows, BigInt) })
}

describe("ScatterND", () => {
  test("puts rows in, or adds them", async () => {
    const given = [tensorOf([3], [1, 2, 3]), int64Of([2, 1], [2, 0]), tensorOf([2], [10, 20])]
    const [put] = await runGraph(given, (tensors) => op("ScatterND", tensors))
    assertAllNear(put, [20, 2, 10], 0)
    const [added] = await runGraph(given, (tensors) => op("ScatterND", tensors, { reduction: text("add") }))
    assertAllNear(added, [21, 2, 13], 0)
  })

  test("has the derivatives of differences, added at repeated places or put in", async () => {
    await checkProperty(fc.tuple(valuesOf([3, 2]), valuesOf([3, 2])), async (values) => {
      await checkGradient(values, ([x = floats([]), updates = floats([])]) =>
        op("ScatterND", [x, places(2, 0, 2), updates], { reduction: text("add") }),
      )
      await checkGradient(values, ([x = floats([]), updates = floats([])]) =>
        op("ScatterND", [x, places(2, 0, 1), updates]),
      )
    })
  })

  test("adds to rows of a free width", async () => {
    await checkFreeSizes(
      [
        [3, "batch"],
        [2, "batch"],
      ],
      ([x = floats([]), updates = floats([])]) =>
        op("ScatterND", [x, places(1, 1), updates], { reduction: text("add") }),
    )
  })

  test("takes updates of the shape that the places have, and knows the derivative of adding alone", () => {
    const x = floats([3])
    assertFault("GRAPH_SHAPE", () => op("ScatterND", [x, places(1, 2), floats([3])]))
    assertFault("GRAPH_SHAPE", () => op("ScatterND", [x, floats([1, 2], "int64"), floats([1])]))
    const output = op("ScatterND", [x, places(1), floats([1])], { reduction: text("mul") })
    assertFault("GRAPH_OPERATOR", () => gradients([{ output, seed: scalar("float32", 1) }], [x]))
  })
})
