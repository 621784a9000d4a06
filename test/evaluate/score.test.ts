/** @file What is scored, what is left out, and that a score survives JSON. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { delongInterval } from "../../src/evaluate/delong.ts"
import { classificationMetrics } from "../../src/evaluate/metrics.ts"
import { randomUint32 } from "../../src/evaluate/random.ts"
import {
  delongRowsMin,
  logLossDifference,
  rmseDifference,
  scoreClassification,
  scoreRegression,
} from "../../src/evaluate/score.ts"

const options = { seed: 1, groups: null }

test("a classification's score has every metric with its interval and counts each row once in the confusion", () => {
  const predictions = binary(300)
  const score = scoreClassification(predictions, options)
  assert.deepEqual(JSON.parse(JSON.stringify(score)), score)
  assert.equal(score.primary, "log_loss")
  const values = classificationMetrics(predictions)
  assert.deepEqual(
    score.metrics.map(({ name }) => name),
    [...values.keys()],
  )
  for (const { name, value, low, high } of score.metrics) {
    assert.equal(value, values.get(name))
    assert.ok(low < value && value < high, name)
  }
  assert.equal(
    score.confusion.flat().reduce((sum, count) => sum + count, 0),
    300,
  )
})

test("the positive class may be the first one", () => {
  const predictions = binary(200)
  const first = {
    ...predictions,
    positiveClass: 0,
    targets: predictions.targets.map((target) => 1 - target),
    probabilities: Float64Array.from(
      predictions.probabilities,
      (_, at) => predictions.probabilities[at ^ 1] ?? 0,
    ),
  }
  const got = classificationMetrics(first)
  for (const [name, value] of classificationMetrics(predictions))
    assert.ok(Math.abs((got.get(name) ?? 0) - value) < 1e-12, name)
})

test("roc_auc is left out when every row is of one class", () => {
  const predictions = { ...binary(50), targets: new Int32Array(50) }
  const names = scoreClassification(predictions, options).metrics.map(({ name }) => name)
  assert.ok(!names.includes("roc_auc"))
  assert.ok(names.includes("log_loss"))
})

test("above 20,000 rows the interval of roc_auc is DeLong's", () => {
  const predictions = binary(delongRowsMin + 1)
  const { metrics } = scoreClassification(predictions, options)
  const expected = delongInterval(
    predictions.probabilities.filter((_, at) => at % 2 === 1),
    Uint8Array.from(predictions.targets),
  )
  assert.deepEqual(
    metrics.find(({ name }) => name === "roc_auc"),
    expected,
  )
})

test("a regression's score has every metric, and a worse model a difference above 0", () => {
  const targets = Float64Array.from({ length: 100 }, (_, row) => uniform(row) * 10)
  const better = { targets, predictions: targets.map((target, row) => target + uniform(500 + row) - 0.5) }
  const worse = { targets, predictions: new Float64Array(100).fill(5) }
  const score = scoreRegression(better, options)
  assert.equal(score.primary, "rmse")
  assert.deepEqual(score.metrics.map(({ name }) => name).sort(), [
    "mae",
    "mean_absolute_percentage_error",
    "median_absolute_error",
    "r2",
    "rmse",
  ])
  assert.ok(rmseDifference({ first: worse, second: better }, options).low > 0)
})

test("an uninformed classifier has a worse log loss beyond doubt", () => {
  const second = binary(400)
  const first = { ...second, probabilities: new Float64Array(800).fill(0.5) }
  const difference = logLossDifference({ first, second }, options)
  assert.ok(difference.low > 0 && difference.low < difference.value && difference.value < difference.high)
})

function binary(rowCount: number) {
  const probabilities = new Float64Array(2 * rowCount)
  const targets = new Int32Array(rowCount)
  for (let row = 0; row < rowCount; row++) {
    const positive = uniform(2 * row)
    probabilities.set([1 - positive, positive], 2 * row)
    targets[row] = uniform(2 * row + 1) < positive ? 1 : 0
  }
  return { classCount: 2, probabilities, targets, positiveClass: 1, threshold: 0.5 }
}

function uniform(counter: number): number {
  return randomUint32(7, counter) / 2 ** 32
}
