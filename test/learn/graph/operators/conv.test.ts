import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { int, ints, text } from "../../../../src/onnx/attributes.ts"
import { checkFreeSizes, checkGradient, checkProperty } from "../check-gradient.ts"
import { emittedOperators, runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats } from "./families.ts"
import { attributesOf, convolutions, convolve } from "./windows.ts"

describe("Conv", () => {
  test("is the sum over windows, of one or two axes, groups, strides, dilations and zeros", async () => {
    await checkProperty(convolutions, async ({ x, weight, bias, windows, group }) => {
      const inputs = [x, weight, bias].map(({ shape, data }) => ({ type: "float64" as const, shape, data }))
      const [result] = await runGraph(inputs, (tensors) => op("Conv", tensors, attributesOf(windows, group)))
      assertAllNear(result, convolve({ x, weight, bias }, windows, group), 1e-12)
    })
  })

  test("has the derivatives of differences", async () => {
    await checkProperty(
      convolutions,
      async ({ x, weight, bias, windows, group }) => {
        await checkGradient([x, weight, bias], (tensors) => op("Conv", tensors, attributesOf(windows, group)))
      },
      25,
    )
  })

  test("takes a free batch, with strides that stop short of the end", async () => {
    const attributes = { strides: ints([2, 3]), pads: ints([1, 0, 0, 1]) }
    await checkFreeSizes(
      [
        ["batch", 2, 4, 5],
        [3, 2, 2, 2],
      ],
      (tensors) => op("Conv", tensors, attributes),
    )
    await checkFreeSizes(
      [
        ["batch", 4, 5],
        [2, 2, 2],
      ],
      (tensors) => op("Conv", tensors, { strides: ints([2]), group: int(2) }),
    )
  })

  test("makes as many outputs as strides where it pads by itself", async () => {
    for (const mode of ["SAME_UPPER", "SAME_LOWER", "VALID"])
      await checkFreeSizes(
        [
          ["batch", 1, 5],
          [1, 1, 2],
        ],
        (tensors) => op("Conv", tensors, { auto_pad: text(mode), strides: ints([2]) }),
      )
  })

  test("is the engine's kernel in float32", () => {
    const emitted = emittedOperators("float32", [["batch", 1, 5, 5], [2, 1, 3, 3], [2]], (tensors) =>
      op("Conv", tensors),
    )
    assert.deepEqual(emitted, ["Conv"])
  })

  test("takes channels, sizes and a bias that fit", () => {
    const [x, weight] = [floats(["batch", 2, 5, 5]), floats([4, 2, 3, 3])]
    assertFault("GRAPH_SHAPE", () => op("Conv", [floats(["batch", 3, 5, 5]), weight]))
    assertFault("GRAPH_SHAPE", () => op("Conv", [floats(["batch", 2, 5]), weight]))
    assertFault("GRAPH_SHAPE", () => op("Conv", [floats(["batch", 2, 2, 5]), weight]))
    assertFault("GRAPH_SHAPE", () => op("Conv", [floats(["batch", 2, "height", 5]), weight]))
    assertFault("GRAPH_SHAPE", () => op("Conv", [x, weight, floats([3])]))
    assertFault("GRAPH_SHAPE", () => op("Conv", [x, floats(["out", 2, 3, 3])]))
    assertFault("GRAPH_SHAPE", () => op("Conv", [x, weight], { strides: ints([1]) }))
    assertFault("GRAPH_SHAPE", () => op("Conv", [floats([2, 2]), floats([2, 2])]))
  })
})
