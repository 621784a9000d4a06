import { describe, test } from "node:test"

import fc from "fast-check"

import { op } from "../../../../src/learn/graph/op.ts"
import { awayFromZero, broadcastPairs, checkGradient, valuesOf } from "../check-gradient.ts"

describe("derivatives of arithmetic over broadcast shapes", () => {
  for (const operator of ["Add", "Sub", "Mul", "Div"])
    test(operator, async () => {
      await fc.assert(
        fc.asyncProperty(
          broadcastPairs.chain(([a, b]) => fc.tuple(valuesOf(a, awayFromZero), valuesOf(b, awayFromZero))),
          async (inputs) => checkGradient(inputs, (tensors) => op(operator, tensors)),
        ),
        { numRuns: 20 },
      )
    })
})
