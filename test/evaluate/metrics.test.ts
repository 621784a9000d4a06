/** @file Metrics against figures that scikit-learn gave (test/fixtures/metrics.json), and their properties. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import fc from "fast-check"
import { z } from "zod"

import { confusionMatrix } from "../../src/evaluate/classification.ts"
import {
  classificationMetrics,
  logLoss,
  regressionMetrics,
  rootMeanSquaredError,
} from "../../src/evaluate/metrics.ts"

const numbers = z.array(z.number())
const metrics = z.record(z.string(), z.number())
const fixture = z
  .object({
    classification: z.array(
      z.object({
        targets: numbers,
        classCount: z.int(),
        probabilities: numbers,
        weights: numbers.nullable(),
        metrics,
        confusion: z.array(numbers),
      }),
    ),
    regression: z.array(
      z.object({ targets: numbers, predictions: numbers, weights: numbers.nullable(), metrics }),
    ),
  })
  .parse(JSON.parse(readFileSync("test/fixtures/metrics.json", "utf8")))

test("classification metrics equal scikit-learn's, with ties, weights, several classes and clipped probabilities", () => {
  for (const [index, recorded] of fixture.classification.entries()) {
    const predictions = {
      classCount: recorded.classCount,
      probabilities: Float64Array.from(recorded.probabilities),
      targets: Int32Array.from(recorded.targets),
      positiveClass: recorded.classCount === 2 ? 1 : null,
      threshold: 0.5,
    }
    const weights = recorded.weights === null ? null : Float64Array.from(recorded.weights)
    const got = classificationMetrics(predictions, weights)
    assert.deepEqual([...got.keys()].sort(), Object.keys(recorded.metrics).sort())
    for (const [name, value] of Object.entries(recorded.metrics))
      assertClose(got.get(name), value, `case ${index}, ${name}`)
    assertClose(logLoss(predictions, weights), recorded.metrics.log_loss, "log loss alone")
    for (const [row, cells] of confusionMatrix(predictions, weights).entries())
      for (const [column, cell] of cells.entries())
        assertClose(cell, recorded.confusion[row]?.[column], `case ${index}, confusion ${row} ${column}`)
  }
})

test("regression metrics equal scikit-learn's, weighted and not", () => {
  for (const [index, recorded] of fixture.regression.entries()) {
    const predictions = {
      predictions: Float64Array.from(recorded.predictions),
      targets: Float64Array.from(recorded.targets),
    }
    const weights = recorded.weights === null ? null : Float64Array.from(recorded.weights)
    const got = regressionMetrics(predictions, weights)
    assert.deepEqual([...got.keys()].sort(), Object.keys(recorded.metrics).sort())
    for (const [name, value] of Object.entries(recorded.metrics))
      assertClose(got.get(name), value, `case ${index}, ${name}`)
    assertClose(rootMeanSquaredError(predictions, weights), recorded.metrics.rmse, "rmse alone")
  }
})

test("a row of weight 2 counts as the row twice", () => {
  const row = fc.record({ target: fc.nat(2), scores: fc.array(fc.nat(4), { minLength: 3, maxLength: 3 }) })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(row, fc.integer({ min: 1, max: 3 })), { minLength: 2, maxLength: 30 }),
      (rows) => {
        const weighted = classificationMetrics(
          threeClasses(rows.map(([one]) => one)),
          Float64Array.from(rows, ([, weight]) => weight),
        )
        const repeated = classificationMetrics(
          threeClasses(rows.flatMap(([one, weight]) => Array.from({ length: weight }, () => one))),
        )
        for (const [name, value] of repeated) assertClose(weighted.get(name), value, name)
      },
    ),
  )
})

test("the area under the ROC curve is the share of pairs in the right order, ties counting half", () => {
  const scored = fc.record({ score: fc.nat(6), positive: fc.boolean() })
  fc.assert(
    fc.property(fc.array(scored, { minLength: 2, maxLength: 40 }), (rows) => {
      const positives = rows.filter((row) => row.positive)
      const negatives = rows.filter((row) => !row.positive)
      let right = 0
      for (const { score } of positives)
        for (const other of negatives) right += score > other.score ? 1 : score === other.score ? 0.5 : 0
      const got = classificationMetrics({
        classCount: 2,
        probabilities: Float64Array.from(rows.flatMap(({ score }) => [1 - score / 6, score / 6])),
        targets: Int32Array.from(rows, ({ positive }) => (positive ? 1 : 0)),
        positiveClass: 1,
        threshold: 0.5,
      }).get("roc_auc")
      if (positives.length === 0 || negatives.length === 0) assert.ok(Number.isNaN(got))
      else assertClose(got, right / (positives.length * negatives.length), "roc_auc")
    }),
  )
})

test("r2 of a constant target is 1 when every row is met and 0 otherwise", () => {
  const targets = new Float64Array(7).fill(1e9 + 0.1)
  assert.equal(regressionMetrics({ predictions: targets.slice(), targets }).get("r2"), 1)
  assert.equal(regressionMetrics({ predictions: new Float64Array(7), targets }).get("r2"), 0)
})

function threeClasses(rows: readonly { target: number; scores: readonly number[] }[]) {
  return {
    classCount: 3,
    probabilities: Float64Array.from(
      rows.flatMap(({ scores }) => {
        const total = scores.reduce((sum, score) => sum + score + 1, 0)
        return scores.map((score) => (score + 1) / total)
      }),
    ),
    targets: Int32Array.from(rows, ({ target }) => target),
    positiveClass: null,
    threshold: 0.5,
  }
}

function assertClose(got: number | undefined, expected: number | undefined, what: string): void {
  assert.ok(got !== undefined && expected !== undefined, what)
  if (Number.isNaN(expected)) assert.ok(Number.isNaN(got), what)
  else
    assert.ok(
      Math.abs(got - expected) <= 1e-12 * Math.max(1, Math.abs(expected)),
      `${what}: got ${got}, expected ${expected}`,
    )
}
