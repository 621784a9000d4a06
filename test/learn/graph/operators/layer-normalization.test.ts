import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { op, ops } from "../../../../src/learn/graph/op.ts"
import type { SymbolicTensor } from "../../../../src/learn/graph/tensor.ts"
import { float, int } from "../../../../src/onnx/attributes.ts"
import { checkFreeSizes, checkGradient, checkProperty, shapesWithAxis, valuesOf } from "../check-gradient.ts"
import { emittedOperators, runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, tensorOf } from "./families.ts"

/** Large enough that float32 and differences hold for sizes of 1, where the deviation is 0. */
const epsilon = { epsilon: float(0.5) }

describe("LayerNormalization", () => {
  test("has mean 0 and deviation 1 before scale and bias", async () => {
    const given = [tensorOf([1, 2], [1, 3]), tensorOf([2], [1, 2]), tensorOf([2], [0, 10])]
    const outputs = await runGraph(given, (tensors) =>
      ops("LayerNormalization", tensors, { epsilon: float(0) }),
    )
    for (const [index, expected] of [[-1, 12], [2], [1]].entries())
      assertAllNear(outputs[index], expected, 1e-12)
  })

  test("has the derivatives of differences from any axis on, of all three outputs", async () => {
    const normalized = shapesWithAxis.chain(({ shape, axis }) => {
      const own = shape.slice(axis)
      return fc.record({
        values: fc.tuple(valuesOf(shape), valuesOf(own), valuesOf(own)),
        axis: fc.constant(axis),
        hasBias: fc.boolean(),
      })
    })
    await checkProperty(normalized, async ({ values, axis, hasBias }) => {
      const attributes = { axis: int(axis), ...epsilon }
      const given = hasBias ? values : values.slice(0, 2)
      await checkGradient(given, (tensors) => ops("LayerNormalization", tensors, attributes))
      await checkGradient(given, (tensors) => ops("LayerNormalization", tensors, attributes).slice(0, 1))
    })
  })

  test("has a gradient by each output alone", async () => {
    for (const output of [1, 2])
      await checkProperty(
        valuesOf([3, 4]),
        async (values) =>
          checkGradient([values], ([x = floats([])]) => {
            const ones = op("Expand", [onesOf(x), op("Shape", [x], { start: int(-1) })])
            return ops("LayerNormalization", [x, ones], epsilon).slice(output, output + 1)
          }),
        3,
      )
  })

  test("keeps free sizes before the axes, and over them", async () => {
    await checkFreeSizes([["batch", 3], [3], [3]], (tensors) => ops("LayerNormalization", tensors, epsilon))
    await checkFreeSizes([["batch", 3], [3]], (tensors) =>
      ops("LayerNormalization", tensors, { axis: int(0), ...epsilon }),
    )
  })

  test("is the engine's kernel in float32", () => {
    const emitted = emittedOperators("float32", [[2, 3], [3]], (tensors) =>
      ops("LayerNormalization", tensors),
    )
    assert.deepEqual(emitted, ["LayerNormalization"])
  })

  test("takes no scale that is larger than the input, and no axis that is not there", () => {
    assertFault("GRAPH_SHAPE", () => ops("LayerNormalization", [floats([3]), floats([2, 3])]))
    assertFault("GRAPH_SHAPE", () => ops("LayerNormalization", [floats([2, 3]), floats([2])]))
    assertFault("GRAPH_SHAPE", () =>
      ops("LayerNormalization", [floats([2, 3]), floats([3])], { axis: int(2) }),
    )
  })
})

/** A 1 that depends on x in name only. */
function onesOf(x: SymbolicTensor): SymbolicTensor {
  return op(
    "ReduceMax",
    [op("Equal", [x, x])].map((same) => op("Cast", [same], { to: int(x.type === "float64" ? 11 : 1) })),
    { keepdims: int(0) },
  )
}
