import assert from "node:assert/strict"
import { describe, test } from "node:test"

import fc from "fast-check"

import { op } from "../../../../src/learn/graph/op.ts"
import { float, int } from "../../../../src/onnx/attributes.ts"
import { checkFreeSizes, checkGradient, checkProperty, valuesOf } from "../check-gradient.ts"
import { emittedOperators, runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, tensorOf } from "./families.ts"

const size = fc.integer({ min: 1, max: 4 })

/** What is added: nothing, or something that broadcasts to the product. */
const biasShapes = (rows: number, columns: number) =>
  [null, [], [1], [columns], [1, columns], [rows, 1], [rows, columns]] as const

const products = fc
  .record({
    rows: size,
    inner: size,
    columns: size,
    transA: fc.boolean(),
    transB: fc.boolean(),
    alpha: fc.constantFrom(1, 0.5, -2),
    beta: fc.constantFrom(1, 0.5, 0),
    bias: fc.nat({ max: 6 }),
  })
  .chain(({ rows, inner, columns, bias, ...flags }) => {
    const a = flags.transA ? [inner, rows] : [rows, inner]
    const b = flags.transB ? [columns, inner] : [inner, columns]
    const c = biasShapes(rows, columns)[bias] ?? null
    const all = [a, b, ...(c === null ? [] : [c])]
    return fc.record({ flags: fc.constant(flags), values: fc.tuple(...all.map((shape) => valuesOf(shape))) })
  })

describe("Gemm", () => {
  test("multiplies, scales and adds", async () => {
    const given = [tensorOf([2, 1], [1, 2]), tensorOf([2, 2], [1, 2, 3, 4]), tensorOf([2], [10, 20])]
    const attributes = { transA: int(1), alpha: float(2), beta: float(0.5) }
    const [result] = await runGraph(given, (tensors) => op("Gemm", tensors, attributes))
    assertAllNear(result, [19, 30], 1e-12)
  })

  test("has the derivatives of differences for all flags, and for what broadcasts to the product", async () => {
    await checkProperty(
      products,
      async ({ flags, values }) => {
        const attributes = {
          transA: int(Number(flags.transA)),
          transB: int(Number(flags.transB)),
          alpha: float(flags.alpha),
          beta: float(flags.beta),
        }
        await checkGradient(values, (tensors) => op("Gemm", tensors, attributes))
      },
      60,
    )
  })

  test("takes rows of a free size, and is one node", async () => {
    await checkFreeSizes([["batch", 3], [3, 2], [2]], (tensors) => op("Gemm", tensors))
    const emitted = emittedOperators("float32", [["batch", 3], [3, 2], [2]], (tensors) => op("Gemm", tensors))
    assert.deepEqual(emitted, ["Gemm"])
  })

  test("takes matrices that fit, of one type", () => {
    assertFault("GRAPH_SHAPE", () => op("Gemm", [floats([2, 3]), floats([2, 3])]))
    assertFault("GRAPH_SHAPE", () => op("Gemm", [floats([2, 3]), floats([3])]))
    assertFault("GRAPH_SHAPE", () => op("Gemm", [floats([2, 3]), floats([3, 2]), floats([3])]))
    assertFault("GRAPH_SHAPE", () => op("Gemm", [floats([2, 3]), floats([3, 2]), floats([4, 2, 2])]))
    assertFault("GRAPH_SHAPE", () => op("Gemm", [floats([2, 3]), floats([3, 2], "float64")]))
  })
})
