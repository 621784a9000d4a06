import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { gradients } from "../../../src/learn/graph/gradient.ts"
import { op, ops } from "../../../src/learn/graph/op.ts"
import { integers, scalar } from "../../../src/learn/graph/operator.ts"
import { nodeOf, type SymbolicTensor } from "../../../src/learn/graph/tensor.ts"
import { int } from "../../../src/onnx/attributes.ts"
import { checkFreeSizes, checkGradient, gradientsOf } from "./check-gradient.ts"
import { assertFault, floats, vectorOf } from "./operators/families.ts"
import { emittedOperators } from "./run-graph.ts"

const one = scalar("float32", 1)

describe("gradients", () => {
  test("add up over all ways from a source to an output", async () => {
    await checkGradient([vectorOf(0.5, -1.5)], ([x = floats([])]) => {
      const y = op("Mul", [x, x])
      return op("Add", [op("Mul", [y, x]), op("Sub", [op("Exp", [y]), x])])
    })
  })

  test("add up over outputs, of different shapes too", async () => {
    await checkGradient([vectorOf(0.5, -1.5)], ([x = floats([])]) => [
      op("Exp", [x]),
      op("ReduceSum", [op("Mul", [x, x])]),
      x,
    ])
  })

  test("stay as small as they broadcast until a whole one is asked for", async () => {
    // The sum's gradient is one number for all elements, and passes several operators as such.
    const loss = ([x = floats([])]: readonly SymbolicTensor[]) =>
      op("ReduceSum", [op("Neg", [op("Reshape", [op("Unsqueeze", [x, integers([0])]), integers([-1])])])])
    assert.deepEqual(await gradientsOf([vectorOf(1, 2, 3)], loss), [[-1, -1, -1]])
    await checkFreeSizes([["batch", 3]], loss)
    const x = floats(["batch", 3])
    const [gradient = null] = gradients([{ output: loss([x]), seed: one }], [x])
    assert.equal(gradient && nodeOf(gradient)?.operator.name, "Expand")
  })

  test("by what lies between are those at it, and it hides what is before", () => {
    const x = floats([2])
    const y = op("Exp", [x])
    const [byY, byX] = gradients([{ output: op("ReduceSum", [y]), seed: one }], [y, x])
    assert.deepEqual(byY?.shape, [2])
    assert.equal(byX, null)
  })

  test("are null for what no output depends on, or depends on by jumps alone", () => {
    const [x, y] = [floats([2]), floats([2])]
    assert.deepEqual(gradients([{ output: op("Exp", [x]), seed: one }], [y]), [null])
    assert.deepEqual(gradients([{ output: op("Floor", [x]), seed: one }], [x]), [null])
    assert.deepEqual(gradients([{ output: op("Shape", [x]), seed: integers([1]) }], [x]), [null])
  })

  test("of an operator without a derivative are refused only where they would pass it", () => {
    const [x, y] = [floats([2]), floats([2])]
    const output = op("Add", [op("ReduceProd", [x]), y])
    assertFault("GRAPH_OPERATOR", () => gradients([{ output, seed: one }], [x]))
    assert.notEqual(gradients([{ output, seed: one }], [y])[0], null)
  })

  test("pass graphs that are deeper than the stack", () => {
    const x = floats([1])
    let output = x
    for (let at = 0; at < 20_000; at++) output = op("Exp", [output])
    const [gradient = null] = gradients([{ output, seed: one }], [x])
    assert.deepEqual(gradient?.shape, [1])
  })

  test("take only nodes that somebody needs", () => {
    const emitted = emittedOperators("float32", [[4, 3], [3, 2], [2]], ([x, w, b]) => {
      const y = op("Gemm", [x ?? null, w ?? null, b ?? null])
      const loss = op("ReduceMean", [op("Mul", [y, y])], { keepdims: int(0) })
      return gradients([{ output: loss, seed: one }], [w ?? one]).filter((gradient) => gradient !== null)
    })
    // Of the loss nothing but y itself, of its gradient neither that of x nor that of b.
    assert(!emitted.includes("ReduceMean"))
    assert.equal(emitted.filter((operator) => operator === "Gemm").length, 2)
    assert(!emitted.includes("ReduceSum"))
  })

  test("come back from one of several outputs", async () => {
    await checkGradient([vectorOf(0.5, -1.5, 1)], ([x = floats([])]) =>
      ops("Split", [x, integers([1, 2])]).slice(1),
    )
  })
})
