import { describe, test } from "node:test"

import fc from "fast-check"

import { op } from "../../../../src/learn/graph/op.ts"
import { broadcastPairs, checkFreeSizes, checkGradient, checkProperty, valuesOf } from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, tensorOf } from "./families.ts"

const size = fc.integer({ min: 1, max: 3 })

const products = fc
  .record({
    lead: broadcastPairs,
    rows: size,
    inner: size,
    columns: size,
    isRow: fc.boolean(),
    isColumn: fc.boolean(),
  })
  .chain(({ lead: [before, beforeOther], rows, inner, columns, isRow, isColumn }) =>
    fc.tuple(
      valuesOf(isRow ? [inner] : [...before, rows, inner]),
      valuesOf(isColumn ? [inner] : [...beforeOther, inner, columns]),
    ),
  )

describe("MatMul", () => {
  test("multiplies matrices", async () => {
    const given = [tensorOf([2, 2], [1, 2, 3, 4]), tensorOf([2, 1], [5, 6])]
    const [result] = await runGraph(given, (tensors) => op("MatMul", tensors))
    assertAllNear(result, [17, 39], 0)
  })

  test("has the derivatives of differences for stacks that broadcast, and for vectors", async () => {
    await checkProperty(
      products,
      async (values) => checkGradient(values, (tensors) => op("MatMul", tensors)),
      40,
    )
  })

  test("takes free sizes, in stacks too", async () => {
    await checkFreeSizes(
      [
        ["batch", 3],
        [3, 2],
      ],
      (tensors) => op("MatMul", tensors),
    )
    await checkFreeSizes(
      [
        ["batch", 2, 3],
        [3, 2],
      ],
      (tensors) => op("MatMul", tensors),
    )
    await checkFreeSizes(
      [
        ["batch", 2, 3],
        ["batch", 3, 2],
      ],
      (tensors) => op("MatMul", tensors),
    )
    await checkFreeSizes(
      [
        [2, "batch"],
        ["batch", 2],
      ],
      (tensors) => op("MatMul", tensors),
    )
  })

  test("takes what fits, of one type", () => {
    assertFault("GRAPH_SHAPE", () => op("MatMul", [floats([2, 3]), floats([2, 3])]))
    assertFault("GRAPH_SHAPE", () => op("MatMul", [floats([]), floats([2, 3])]))
    assertFault("GRAPH_SHAPE", () => op("MatMul", [floats([2, 1, 3]), floats([3, 3, 2])]))
    assertFault("GRAPH_SHAPE", () => op("MatMul", [floats([2, 3]), floats([3, 2], "float64")]))
  })
})
