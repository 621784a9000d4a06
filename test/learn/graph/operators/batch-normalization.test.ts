import { describe, test } from "node:test"

import fc from "fast-check"

import { op } from "../../../../src/learn/graph/op.ts"
import { float, int } from "../../../../src/onnx/attributes.ts"
import { between, checkFreeSizes, checkGradient, checkProperty, shapes, valuesOf } from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, tensorOf } from "./families.ts"

describe("BatchNormalization", () => {
  test("moves and scales each channel by what was learned", async () => {
    const given = [
      [1, 2, 3, 4],
      [2, 1],
      [0, 5],
      [1, 2],
      [3, 8],
    ].map((data, at) => tensorOf(at === 0 ? [2, 2] : [2], data))
    const [result] = await runGraph(given, (tensors) =>
      op("BatchNormalization", tensors, { epsilon: float(1) }),
    )
    assertAllNear(result, [0, 5, 2, 5 + 2 / 3], 1e-12)
  })

  test("has the derivatives of differences by all five", async () => {
    const given = fc
      .tuple(fc.integer({ min: 1, max: 3 }), shapes)
      .chain(([channels, sizes]) =>
        fc.tuple(
          valuesOf([2, channels, ...sizes.slice(0, 2)]),
          valuesOf([channels]),
          valuesOf([channels]),
          valuesOf([channels]),
          valuesOf([channels], between(0.5, 2)),
        ),
      )
    await checkProperty(given, async (values) =>
      checkGradient(values, (tensors) => op("BatchNormalization", tensors, { epsilon: float(0.25) })),
    )
  })

  test("takes a free batch", async () => {
    await checkFreeSizes([["batch", 2, 3], [2], [2], [2], [2]], (tensors) => {
      const variance = tensors[4] ?? floats([])
      return op("BatchNormalization", [...tensors.slice(0, 4), op("Exp", [variance])])
    })
  })

  test("takes one factor for each channel, and no training mode", () => {
    const [x, each] = [floats(["batch", 2]), floats([2])]
    assertFault("GRAPH_SHAPE", () => op("BatchNormalization", [x, each, each, each, floats([3])]))
    assertFault("GRAPH_SHAPE", () => op("BatchNormalization", [x, each, each, each, floats([2], "float64")]))
    assertFault("GRAPH_SHAPE", () => op("BatchNormalization", [each, each, each, each, each]))
    assertFault("GRAPH_OPERATOR", () =>
      op("BatchNormalization", [x, each, each, each, each], { training_mode: int(1) }),
    )
  })
})
