import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { int } from "../../../../src/onnx/attributes.ts"
import { elementTypes } from "../../../../src/onnx/element-types.ts"
import { gradientsOf } from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertFault, floats, numbersOf, tensorOf, vectorOf } from "./families.ts"

const castTypes = ["float32", "float64", "int64", "int32", "uint32", "bool"] as const

describe("Cast", () => {
  test("is of the asked type, and keeps free sizes", async () => {
    const given = { ...tensorOf([3], [0, 1, 2.75]), known: ["batch"] }
    for (const type of castTypes) {
      const [result] = await runGraph([given], (tensors) =>
        op("Cast", tensors, { to: int(elementTypes[type].number) }),
      )
      const expected = { float32: 2.75, float64: 2.75, int64: 2, int32: 2, uint32: 2, bool: 1 }
      assert.deepEqual(numbersOf(result), [0, 1, expected[type]])
    }
  })

  test("to the same type is its input", () => {
    const x = floats([2])
    assert.equal(op("Cast", [x], { to: int(1) }), x)
  })

  test("passes gradients between floats, and none through integers", async () => {
    const given = vectorOf(1.5, -2.5)
    const through = (type: "float32" | "int64") =>
      gradientsOf([given], ([x = floats([])]) => {
        const there = op("Cast", [x], { to: int(elementTypes[type].number) })
        return op("Add", [x, op("Mul", [op("Cast", [there], { to: int(11) }), x])])
      })
    // 1 + 2 x, and 1 + the whole number.
    assert.deepEqual(await through("float32"), [[4, -4]])
    assert.deepEqual(await through("int64"), [[2, -1]])
  })

  test("goes to no type that graphs do not compute with", () => {
    assertFault("GRAPH_SHAPE", () => op("Cast", [floats([2])], { to: int(elementTypes.float16.number) }))
  })
})
