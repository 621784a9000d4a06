import assert from "node:assert/strict"
import { readdir } from "node:fs/promises"
import { describe, test } from "node:test"

import { op, operatorNamed } from "../../../src/learn/graph/op.ts"
import { integers, scalar } from "../../../src/learn/graph/operator.ts"
import { int, ints } from "../../../src/onnx/attributes.ts"
import { assertFault, floats } from "./operators/families.ts"

describe("operators", () => {
  test("have a file and a test of one name each", async () => {
    const files = await readdir("src/learn/graph/operators")
    const tests = await readdir("test/learn/graph/operators")
    const tested = tests.filter((file) => file.endsWith(".test.ts")).map((file) => file.replace(".test", ""))
    assert.deepEqual(tested.toSorted(), files.toSorted())
  })

  test("are found by ONNX's names, and refused by name where there is none", () => {
    assert.equal(operatorNamed("LayerNormalization").name, "LayerNormalization")
    assertFault("GRAPH_OPERATOR", () => operatorNamed("NonMaxSuppression"))
  })
})

describe("nodes that would change nothing", () => {
  test("are not made", () => {
    const x = floats(["batch", 3])
    for (const same of [
      op("Identity", [x]),
      op("Neg", [op("Neg", [x])]),
      op("Cast", [x], { to: int(1) }),
      op("Reshape", [x, integers([-1, 3])]),
      op("Mul", [x, scalar("float32", 1)]),
      op("Mul", [scalar("float32", 1), x]),
      op("Add", [scalar("float32", 0), x]),
      op("Sub", [x, scalar("float32", 0)]),
      op("Div", [x, scalar("float32", 1)]),
      op("Pow", [x, scalar("float32", 1)]),
      op("Max", [x]),
      op("Min", [x]),
      op("Sum", [x]),
      op("Mean", [x]),
      op("Concat", [x], { axis: int(0) }),
      op("Transpose", [x], { perm: ints([0, 1]) }),
      op("Transpose", [op("Transpose", [x], { perm: ints([1, 0]) })], { perm: ints([1, 0]) }),
      op("Pad", [x, integers([0, 0, 0, 0])]),
      op("Unsqueeze", [x, integers([])]),
      op("Squeeze", [x, integers([])]),
    ])
      assert.equal(same, x)
  })

  test("are made where they spread a value, or change its type", () => {
    const x = floats([3])
    const spread = op("Mul", [x, op("Expand", [scalar("float32", 1), integers([2, 3])])])
    assert.deepEqual(spread.shape, [2, 3])
    assert.notEqual(op("Sub", [scalar("float32", 0), x]), x)
    assert.notEqual(op("Reshape", [x, integers([3, 1])]), x)
  })
})
