import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { op } from "../../../src/learn/graph/op.ts"
import { integers } from "../../../src/learn/graph/operator.ts"
import { added, productOf, quotientOf, sizesOf } from "../../../src/learn/graph/sizes.ts"
import { constant } from "../../../src/learn/graph/tensor.ts"
import { int } from "../../../src/onnx/attributes.ts"
import { floats } from "./operators/families.ts"

describe("sizesOf", () => {
  const shape = op("Shape", [floats(["batch", 6, 4])])
  const at = (place: number) => op("Gather", [shape, integers([place])])

  test("follows what is computed from shapes", () => {
    const scalar = op("Squeeze", [at(-1), integers([0])])
    for (const [tensor, expected] of [
      [shape, ["batch", 6, 4]],
      [op("Shape", [floats(["batch", 6, 4])], { start: int(-2), end: int(-1) }), [6]],
      [op("Size", [floats(["batch", 6, 4])]), ["batch*24"]],
      [op("Slice", [shape, integers([1]), integers([2 ** 40])]), [6, 4]],
      [op("Concat", [at(0), integers([-1])], { axis: int(0) }), ["batch", -1]],
      [op("Unsqueeze", [scalar, integers([0])]), [4]],
      [op("Mul", [at(0), at(1)]), ["batch*6"]],
      [op("Mul", [shape, integers([2])]), ["batch*2", 12, 8]],
      [op("Add", [at(0), at(2)]), ["batch+4"]],
      [op("Add", [at(2), at(0)]), ["batch+4"]],
      [op("Sub", [at(0), integers([1])]), ["batch-1"]],
      [op("Div", [at(1), at(2)]), [1]],
      [op("Div", [op("Mul", [at(0), at(1)]), at(1)]), ["batch"]],
      [op("Mod", [at(1), at(2)]), [2]],
    ] as const)
      assert.deepEqual(sizesOf(tensor), expected)
  })

  test("does not know what depends on data, or on a division that may have a remainder", () => {
    const data = floats([1], "int64")
    const floating = constant({ type: "float32", shape: [1], data: Float32Array.of(2) })
    for (const tensor of [
      data,
      floating,
      op("Add", [data, at(0)]),
      op("Add", [at(0), at(0)]),
      op("Sub", [at(1), at(0)]),
      op("Div", [at(0), at(1)]),
      op("Div", [at(1), integers([0])]),
      op("Mod", [at(0), at(1)]),
      op("Mul", [at(0), integers([])]),
      op("Gather", [shape, data]),
      op("Concat", [at(0), data], { axis: int(0) }),
    ])
      assert.equal(sizesOf(tensor), null)
  })
})

describe("free sizes", () => {
  test("multiply to one name whatever the order, and divide again", () => {
    assert.equal(productOf(["b", 2, "a", 3]), "a*b*6")
    assert.equal(productOf([productOf(["a", 6]), "b"]), "a*b*6")
    assert.equal(productOf(["a", 0]), 0)
    assert.equal(quotientOf(["a*b*6"], [3, "b"]), "a*2")
    assert.equal(quotientOf([12], [3]), 4)
    assert.equal(quotientOf(["a"], ["b"]), null)
    assert.equal(quotientOf(["a*6"], [4]), null)
    assert.equal(quotientOf(["a"], [0]), null)
  })

  test("are added to, and are themselves again when that is taken away", () => {
    assert.equal(added("batch", 3), "batch+3")
    assert.equal(added("batch+3", -5), "batch-2")
    assert.equal(added("batch-2", 2), "batch")
    assert.equal(added(4, 2), 6)
  })
})
