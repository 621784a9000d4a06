/** @file The chosen threshold against trying every threshold. */
import assert from "node:assert/strict"
import { test } from "node:test"

import fc from "fast-check"

import { classificationMetrics } from "../../src/evaluate/metrics.ts"
import { bestThreshold, thresholdMetrics } from "../../src/evaluate/threshold.ts"

const rows = fc.array(fc.record({ probability: fc.nat(12).map((n) => n / 12), positive: fc.boolean() }), {
  minLength: 1,
  maxLength: 25,
})

test("no threshold is better than the chosen one, which gives the value it names, in float32 as well", () => {
  fc.assert(
    fc.property(rows, fc.constantFrom(...thresholdMetrics), (given, metric) => {
      const probabilities = Float64Array.from(given, ({ probability }) => Math.fround(probability))
      const isPositive = Uint8Array.from(given, ({ positive }) => (positive ? 1 : 0))
      const chosen = bestThreshold({ probabilities, isPositive }, metric)
      assert.equal(Math.fround(chosen.threshold), chosen.threshold)
      assert.equal(chosen.metric, metric)
      assert.ok(chosen.threshold >= 0 && chosen.threshold <= 1)
      const at = (threshold: number) => metricAt({ probabilities, isPositive, threshold, metric })
      assert.equal(at(chosen.threshold), chosen.value)
      for (const threshold of [...probabilities, 1]) assert.ok(at(threshold) <= chosen.value + 1e-12)
    }),
  )
})

test("rows that any threshold between two values separates keep one half", () => {
  const separated = { probabilities: Float64Array.of(0.1, 0.2, 0.8), isPositive: Uint8Array.of(0, 0, 1) }
  assert.deepEqual(bestThreshold(separated), { threshold: 0.5, metric: "balanced_accuracy", value: 1 })
})

test("a rare class gets a low threshold by balanced accuracy", () => {
  const probabilities = Float64Array.from({ length: 100 }, (_, row) => (row < 5 ? 0.2 : 0.01))
  const isPositive = Uint8Array.from(probabilities, (probability) => (probability === 0.2 ? 1 : 0))
  const { threshold, value } = bestThreshold({ probabilities, isPositive })
  assert.equal(value, 1)
  assert.ok(threshold > 0.01 && threshold <= 0.2)
})

function metricAt(options: {
  probabilities: Float64Array
  isPositive: Uint8Array
  threshold: number
  metric: string
}): number {
  const metrics = classificationMetrics({
    classCount: 2,
    probabilities: Float64Array.from([...options.probabilities].flatMap((p) => [1 - p, p])),
    targets: Int32Array.from(options.isPositive),
    positiveClass: 1,
    threshold: options.threshold,
  })
  return metrics.get(options.metric) ?? Number.NaN
}
