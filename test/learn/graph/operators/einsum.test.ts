import { describe, test } from "node:test"

import fc from "fast-check"

import { gradients } from "../../../../src/learn/graph/gradient.ts"
import { op } from "../../../../src/learn/graph/op.ts"
import { scalar } from "../../../../src/learn/graph/operator.ts"
import { text } from "../../../../src/onnx/attributes.ts"
import { checkFreeSizes, checkGradient, checkProperty, valuesOf } from "../check-gradient.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, assertFault, floats, tensorOf } from "./families.ts"

const equation = (letters: string) => ({ equation: text(letters) })

describe("Einsum", () => {
  test("sums products over the letters that the output has not", async () => {
    const given = [tensorOf([2, 2], [1, 2, 3, 4]), tensorOf([2], [5, 6])]
    for (const letters of ["ij,j->i", "ij, j"]) {
      const [result] = await runGraph(given, (tensors) => op("Einsum", tensors, equation(letters)))
      assertAllNear(result, [17, 39], 0)
    }
  })

  test("has the derivatives of differences", async () => {
    const sizes = fc.record({
      b: fc.integer({ min: 1, max: 2 }),
      i: fc.integer({ min: 1, max: 3 }),
      j: fc.integer({ min: 1, max: 3 }),
      k: fc.integer({ min: 1, max: 3 }),
    })
    const cases = sizes.chain(({ b, i, j, k }) =>
      fc.constantFrom(
        {
          letters: "bij,bjk->bik",
          shapes: [
            [b, i, j],
            [b, j, k],
          ],
        },
        {
          letters: "ij,kj->ik",
          shapes: [
            [i, j],
            [k, j],
          ],
        },
        {
          letters: "bij,bkj->bkij",
          shapes: [
            [b, i, j],
            [b, k, j],
          ],
        },
        {
          letters: "ij,ij->",
          shapes: [
            [i, j],
            [i, j],
          ],
        },
        { letters: "i,j->ji", shapes: [[i], [j]] },
        {
          letters: "bi,ij,bj->b",
          shapes: [
            [b, i],
            [i, j],
            [b, j],
          ],
        },
        { letters: "ij->ji", shapes: [[i, j]] },
      ),
    )
    await checkProperty(
      cases.chain(({ letters, shapes }) =>
        fc.tuple(fc.constant(letters), fc.tuple(...shapes.map((shape) => valuesOf(shape)))),
      ),
      async ([letters, values]) =>
        checkGradient(values, (tensors) => op("Einsum", tensors, equation(letters))),
      25,
    )
  })

  test("keeps free sizes", async () => {
    await checkFreeSizes(
      [
        ["batch", 2, 3],
        ["batch", 3, 2],
      ],
      (tensors) => op("Einsum", tensors, equation("bij,bjk->bik")),
    )
  })

  test("takes operands of the letters' number and sizes", () => {
    const [a, b] = [floats([2, 3]), floats([3, 4])]
    assertFault("GRAPH_SHAPE", () => op("Einsum", [a], equation("ij,jk->ik")))
    assertFault("GRAPH_SHAPE", () => op("Einsum", [a, b], equation("ij,kj->ik")))
    assertFault("GRAPH_SHAPE", () => op("Einsum", [a, b], equation("ijk,jk->ik")))
    assertFault("GRAPH_SHAPE", () => op("Einsum", [a, b], equation("ij,jk->il")))
    assertFault("GRAPH_OPERATOR", () => op("Einsum", [floats([2, 2])], equation("ii->i")))
    assertFault("GRAPH_OPERATOR", () => op("Einsum", [a, b], equation("...j,jk->...k")))
  })

  test("has no derivative by what one operand sums alone", () => {
    const x = floats([2, 3])
    const output = op("Einsum", [x], equation("ij->i"))
    assertFault("GRAPH_OPERATOR", () => gradients([{ output, seed: scalar("float32", 1) }], [x]))
  })
})
