import { test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { runGraph } from "../run-graph.ts"
import { assertAllNear, describeUnary, floats, tensorOf } from "./families.ts"

/** By Simpson's rule over the integral that defines it. */
describeUnary("Erf", {
  formula: (x) => (2 / Math.sqrt(Math.PI)) * integral((t) => Math.exp(-t * t), x),
  precision: 1e-11,
})

test("Erf in float64 has the values of tables, and is 1 far out", async () => {
  // Abramowitz & Stegun 1964, table 7.1, and -erf(x) = erf(-x).
  const given = tensorOf([6], [0, 0.5, 1, 2, -2, 40])
  const [result] = await runGraph([given], ([x = floats([])]) => op("Erf", [x]))
  assertAllNear(result, [0, 0.5204998778, 0.8427007929, 0.995322265, -0.995322265, 1], 5e-11)
})

function integral(f: (t: number) => number, to: number): number {
  const count = 400
  const width = to / count
  let sum = f(0) + f(to)
  for (let at = 1; at < count; at++) sum += (at % 2 === 0 ? 2 : 4) * f(at * width)
  return (sum * width) / 3
}
