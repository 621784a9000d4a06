import assert from "node:assert/strict"
import { describe, test } from "node:test"

import fc from "fast-check"

import { op } from "../../../../src/learn/graph/op.ts"
import { integers } from "../../../../src/learn/graph/operator.ts"
import { int } from "../../../../src/onnx/attributes.ts"
import { checkFreeSizes, checkGradient, checkProperty, shapes, valuesOf } from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertFault, floats, tensorOf } from "./families.ts"

describe("Reshape", () => {
  test("has the derivative of differences into any order of the sizes, one of them left open", async () => {
    const reshaped = shapes.chain((shape) =>
      fc.record({
        values: valuesOf(shape),
        wanted: fc.shuffledSubarray([...shape], { minLength: shape.length }),
        open: fc.option(fc.nat({ max: 2 })),
      }),
    )
    await checkProperty(reshaped, async ({ values, wanted, open }) => {
      const sizes = wanted.map((size, axis) => (axis === open ? -1 : size))
      await checkGradient([values], ([x = floats([])]) => op("Reshape", [x, integers(sizes)]))
    })
  })

  test("keeps, joins and splits free sizes", async () => {
    for (const wanted of [[-1, 6], [0, 6], [-1], [-1, 3], [2, -1], [0, 0, -1]])
      await checkFreeSizes([["batch", 2, 3]], ([x = floats([])]) => op("Reshape", [x, integers(wanted)]))
    await checkFreeSizes([["batch", 2, 3]], ([x = floats([])]) =>
      op("Reshape", [op("Reshape", [x, integers([-1])]), integers([-1, 2, 3])]),
    )
  })

  test("takes the shape of another tensor, in whole or in part", async () => {
    await checkFreeSizes(
      [
        ["batch", 6],
        ["batch", 2, 3],
      ],
      ([x = floats([]), y = floats([])]) => op("Mul", [op("Reshape", [x, op("Shape", [y])]), y]),
    )
    await checkFreeSizes([["batch", 6]], ([x = floats([])]) => {
      const rows = op("Gather", [op("Shape", [x]), integers([0])])
      return op("Reshape", [x, op("Concat", [rows, integers([2, 3])], { axis: int(0) })])
    })
  })

  test("holds no elements when told so", async () => {
    const given = tensorOf([0, 3], [])
    const [result] = await runGraph([given], ([x = floats([])]) =>
      op("Reshape", [x, integers([3, 0])], { allowzero: int(1) }),
    )
    assert.deepEqual(result?.shape, [3, 0])
    await checkGradient([{ shape: [0, 3], data: new Float64Array() }], ([x = floats([])]) =>
      op("Reshape", [x, integers([3, 0])], { allowzero: int(1) }),
    )
  })

  test("to its own shape is its input", () => {
    const x = floats(["batch", 3])
    assert.equal(op("Reshape", [x, integers([-1, 3])]), x)
    const y = floats([2, 3])
    assert.equal(op("Reshape", [y, integers([2, 3])]), y)
  })

  test("takes a shape that is known and is filled", () => {
    assertFault("GRAPH_SHAPE", () => op("Reshape", [floats([2, 3]), integers([-1, 4])]))
    assertFault("GRAPH_SHAPE", () => op("Reshape", [floats([2, 3]), integers([5])]))
    assertFault("GRAPH_SHAPE", () => op("Reshape", [floats(["batch"]), integers([-1, 3])]))
    assertFault("GRAPH_SHAPE", () => op("Reshape", [floats([2, 3]), floats([1], "int64")]))
  })
})
