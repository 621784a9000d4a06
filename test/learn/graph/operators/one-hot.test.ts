import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { integers } from "../../../../src/learn/graph/operator.ts"
import { constant } from "../../../../src/learn/graph/tensor.ts"
import { int } from "../../../../src/onnx/attributes.ts"
import { runGraph } from "../run-graph.ts"
import { assertFault, floats, int64Of, numbersOf } from "./families.ts"

const values = {
  float32: constant({ type: "float32", shape: [2], data: Float32Array.of(-1, 5) }),
  float64: constant({ type: "float64", shape: [2], data: Float64Array.of(-1, 5) }),
}

describe("OneHot", () => {
  test("marks each index along a new axis, in either float type", async () => {
    for (const type of ["float32", "float64"] as const) {
      const marked = (axis: number) =>
        runGraph([{ ...int64Of([2], [2, -3]), known: ["batch"] }], ([x = floats([])]) =>
          op("OneHot", [x, integers([3]), values[type]], { axis: int(axis) }),
        )
      const [last] = await marked(-1)
      assert.deepEqual([last?.type, numbersOf(last)], [type, [-1, -1, 5, 5, -1, -1]])
      const [first] = await marked(0)
      assert.deepEqual(numbersOf(first), [-1, 5, -1, -1, 5, -1])
    }
  })

  test("takes a constant depth and an axis that is there", () => {
    const indices = floats(["batch"], "int64")
    assertFault("GRAPH_SHAPE", () => op("OneHot", [indices, floats([1], "int64"), values.float32]))
    assertFault("GRAPH_SHAPE", () => op("OneHot", [indices, integers([3]), values.float32], { axis: int(2) }))
    assertFault("GRAPH_SHAPE", () => op("OneHot", [floats([], "int64"), integers([3]), values.float32]))
  })
})
