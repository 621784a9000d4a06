/** @file A line search shortens steps that overshoot, and leaves everything as it was when no step helps. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { compressRows, multiply } from "../../src/learn/linear/kernels.ts"
import { searchLine } from "../../src/learn/linear/line-search.ts"
import { createLoss } from "../../src/learn/linear/loss.ts"
import { standAt } from "../../src/learn/linear/problem.ts"

const penalties = { ridge: 0.1, lasso: 0 }

test("a step that overshoots is shortened until the objective falls", () => {
  const { problem, standing, step } = logisticStep(1_000)
  const before = standing.value
  assert.equal(searchLine(problem, penalties, standing, step), true)
  const [moved = 0] = standing.parameters
  assert.ok(moved > 0 && moved < 1_000)
  assert.ok(standing.value < before)
  const again = standAt(problem, penalties, standing.parameters)
  assert.ok(Math.abs(again.value - standing.value) < 1e-12)
  for (const [at, margin] of again.margins.entries())
    assert.ok(Math.abs(margin - (standing.margins[at] ?? Number.NaN)) < 1e-9)
})

test("a step that only climbs changes nothing", () => {
  // So long that even its last halving climbs by more than rounding, which the search forgives.
  const { problem, standing, step } = logisticStep(-1e6)
  const before = structuredClone(standing)
  assert.equal(searchLine(problem, penalties, standing, { ...step, expected: -1 }), false)
  assert.deepEqual(standing, before)
})

/** Two rows, x = -1 of class 0 and x = 1 of class 1; from 0 along the one weight. */
function logisticStep(weight: number) {
  const rows = compressRows(Float32Array.of(-1, 1), 2, 1)
  const weights = Float64Array.of(0.5, 0.5)
  const loss = createLoss({ kind: "logistic", outputCount: 1, targets: Float64Array.of(0, 1), weights })
  const problem = { rows, size: 2, loss, scales: Float64Array.of(1, 1) }
  const standing = standAt(problem, penalties, Float64Array.of(0, 0))
  const target = Float64Array.of(weight, 0)
  const changes = new Float64Array(2)
  multiply(rows, target, 1, changes)
  return { problem, standing, step: { target, changes, expected: -0.5 * weight } }
}
