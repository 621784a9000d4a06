import assert from "node:assert/strict"
import { describe, test } from "node:test"

import fc from "fast-check"

import { op } from "../../../../src/learn/graph/op.ts"
import { int, ints, text } from "../../../../src/onnx/attributes.ts"
import { checkFreeSizes, checkGradient, checkProperty, valuesOf } from "../check-gradient.ts"
import { emittedOperators, runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, tensorOf } from "./families.ts"
import { attributesOf, someWindows } from "./windows.ts"

/** x [batch, groups * in, ...sizes], weight [groups * in, out, ...kernel], bias [groups * out]. */
const transposes = fc
  .record({
    windows: someWindows,
    group: fc.integer({ min: 1, max: 2 }),
    inputs: fc.integer({ min: 1, max: 2 }),
    outputs: fc.integer({ min: 1, max: 2 }),
    size: fc.integer({ min: 2, max: 3 }),
    isExtra: fc.boolean(),
  })
  .filter(({ windows, size }) =>
    // Something is left after as many elements are cut off as a convolution would have put around.
    windows.kernel.every(
      (kernel, axis) =>
        (windows.strides[axis] ?? 1) * (size - 1) + (windows.dilations[axis] ?? 1) * (kernel - 1) + 1 >
        (windows.before[axis] ?? 0) + (windows.after[axis] ?? 0),
    ),
  )
  .chain(({ windows, group, inputs, outputs, size, isExtra }) =>
    fc.record({
      attributes: fc.constant({
        ...attributesOf(windows, group),
        ...(isExtra ? { output_padding: ints(windows.strides.map((stride) => stride - 1)) } : {}),
      }),
      values: fc.tuple(
        valuesOf([2, group * inputs, ...windows.kernel.map(() => size)]),
        valuesOf([group * inputs, outputs, ...windows.kernel]),
        valuesOf([group * outputs]),
      ),
    }),
  )

describe("ConvTranspose", () => {
  test("spreads each element over a window, and adds where windows meet", async () => {
    const given = [tensorOf([1, 1, 2], [1, 10]), tensorOf([1, 1, 3], [1, 2, 3])]
    const [apart] = await runGraph(given, (tensors) => op("ConvTranspose", tensors, { strides: ints([2]) }))
    assertAllNear(apart, [1, 2, 13, 20, 30], 0)
    const cut = { pads: ints([1, 1]), output_padding: ints([1]), strides: ints([2]) }
    const [inner] = await runGraph(given, (tensors) => op("ConvTranspose", tensors, cut))
    assertAllNear(inner, [2, 13, 20, 30], 0)
  })

  test("has the derivatives of differences, and the engine's values in float32", async () => {
    await checkProperty(
      transposes,
      async ({ values, attributes }) =>
        checkGradient(values, (tensors) => op("ConvTranspose", tensors, attributes)),
      25,
    )
  })

  test("is the engine's kernel in float32", () => {
    const emitted = emittedOperators("float32", [["batch", 2, 5], [2, 3, 3], [3]], (tensors) =>
      op("ConvTranspose", tensors),
    )
    assert.deepEqual(emitted, ["ConvTranspose"])
  })

  test("takes a free batch", async () => {
    await checkFreeSizes(
      [
        ["batch", 2, 3],
        [2, 2, 2],
      ],
      (tensors) => op("ConvTranspose", tensors, { strides: ints([2]), group: int(2) }),
    )
  })

  test("takes channels that fit, and pads that are written out", () => {
    const [x, weight] = [floats(["batch", 2, 5]), floats([2, 3, 3])]
    assertFault("GRAPH_SHAPE", () => op("ConvTranspose", [x, floats([3, 2, 3])]))
    assertFault("GRAPH_SHAPE", () => op("ConvTranspose", [x, weight, floats([2])]))
    assertFault("GRAPH_OPERATOR", () => op("ConvTranspose", [x, weight], { auto_pad: text("SAME_UPPER") }))
    assertFault("GRAPH_OPERATOR", () => op("ConvTranspose", [x, weight], { output_shape: ints([7]) }))
  })
})
