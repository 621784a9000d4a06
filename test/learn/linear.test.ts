/** @file Linear models beside scikit-learn's coefficients (test/fixtures/linear.json), and what must hold for any data. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { z } from "zod"

import { logLoss } from "../../src/evaluate/metrics.ts"
import type { TrainingData } from "../../src/learn/learner.ts"
import { type FittedLinear, fitLinear, fitLinearPath, leastPenalty } from "../../src/learn/linear.ts"
import { assertWithin, cyclicWeights, randomTrainingData, readExample, scaledFeatures } from "./data.ts"

const numbers = z.array(z.number())
const fixture = z
  .object({
    cases: z.array(
      z.object({
        data: z.string(),
        target: z.string(),
        scaling: z.object({
          columns: z.array(z.string()),
          means: numbers,
          deviations: numbers,
          levels: z.record(z.string(), z.array(z.string())).optional(),
        }),
        classes: z.array(z.string()).nullable(),
        fits: z.array(
          z.object({
            penalty: z.number(),
            l1Ratio: z.number(),
            weighted: z.boolean(),
            coefficients: z.array(numbers),
            intercept: numbers,
            firstPredictions: numbers,
          }),
        ),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync("test/fixtures/linear.json", "utf8")))

for (const recorded of fixture.cases)
  test(`coefficients and predictions on ${recorded.data} are scikit-learn's`, () => {
    const data = trainingData(recorded)
    for (const fit of recorded.fits) {
      const weights = fit.weighted ? cyclicWeights(data.rowCount) : null
      const ours = fitted(fitLinear({ ...data, weights }, fit))
      const what = `penalty ${fit.penalty}, l1Ratio ${fit.l1Ratio}`
      const scale = Math.max(1, ...fit.coefficients.flat().map(Math.abs))
      const outputs = fit.intercept.length
      for (const [output, coefficients] of fit.coefficients.entries())
        for (const [feature, coefficient] of coefficients.entries())
          assertWithin(
            ours.weights[feature * outputs + output] ?? Number.NaN,
            coefficient,
            1e-6 * scale,
            `${what}, weight ${feature} of output ${output}`,
          )
      for (const [output, value] of fit.intercept.entries())
        assertWithin(
          ours.intercept[output] ?? Number.NaN,
          value,
          1e-6 * Math.max(scale, Math.abs(value)),
          `${what}, intercept`,
        )
      const rows = fit.firstPredictions.length / Math.max(1, recorded.classes?.length ?? 1)
      const predictions = ours.predict(data.features.subarray(0, rows * data.featureCount), rows)
      for (const [at, value] of fit.firstPredictions.entries())
        assertWithin(
          predictions[at] ?? Number.NaN,
          value,
          1e-6 * Math.max(1, Math.abs(value)),
          `${what}, prediction`,
        )
    }
  })

for (const classCount of [null, 2, 4])
  for (const l1Ratio of [0, 0.5, 1])
    test(`no step in any direction improves the objective: ${classCount ?? "number"}, l1Ratio ${l1Ratio}`, () => {
      const data = randomTrainingData({ rowCount: 120, featureCount: 7, classCount, seed: 4 })
      const settings = { penalty: 2, l1Ratio }
      const model = fitted(fitLinear(data, settings))
      const least = objective(data, settings, model)
      for (const sign of [1, -1])
        for (const step of [1e-2, 1e-4]) {
          for (const at of model.weights.keys())
            assert.ok(
              objective(data, settings, nudged(model, { weight: at, by: sign * step })) >= least - 1e-12,
            )
          for (const at of model.intercept.keys())
            assert.ok(
              objective(data, settings, nudged(model, { intercept: at, by: sign * step })) >= least - 1e-12,
            )
        }
    })

test("a path gives what single fits give, in the order that was asked for", () => {
  for (const classCount of [null, 2, 3]) {
    const data = randomTrainingData({ rowCount: 200, featureCount: 12, classCount, seed: 7 })
    for (const l1Ratio of [0, 1]) {
      const penalties = [0.1, 30, 3]
      const path = fitLinearPath(data, penalties, { l1Ratio })
      for (const [index, penalty] of penalties.entries()) {
        const alone = fitted(fitLinear(data, { penalty, l1Ratio }))
        const warm = fitted(path[index] ?? null)
        assert.deepEqual(warm.describe().parameters, { penalty, l1Ratio })
        for (const [at, weight] of alone.weights.entries())
          assertWithin(warm.weights[at] ?? Number.NaN, weight, 1e-6)
      }
    }
  }
})

test("rows of weight 2 are rows twice, and rows of weight 0 are none", () => {
  for (const l1Ratio of [0, 0.7]) {
    const data = randomTrainingData({ rowCount: 60, featureCount: 4, classCount: 3, seed: 11 })
    const weights = Float64Array.from({ length: 60 }, (_, row) => row % 3)
    const repeated = [...weights.keys()].flatMap((row) => new Array(row % 3).fill(row))
    const weighted = fitted(fitLinear({ ...data, weights }, { penalty: 1, l1Ratio }))
    const copied = fitted(fitLinear(rowsOf(data, repeated), { penalty: 1, l1Ratio }))
    for (const [at, weight] of weighted.weights.entries())
      assertWithin(copied.weights[at] ?? Number.NaN, weight, 1e-7)
  }
})

test("separable classes end at the least penalty, with and without L1", () => {
  const data: TrainingData = {
    rowCount: 40,
    featureCount: 1,
    features: Float32Array.from({ length: 40 }, (_, row) => (row < 20 ? -1 - row : row)),
    target: {
      kind: "classes",
      classCount: 2,
      values: Int32Array.from({ length: 40 }, (_, row) => (row < 20 ? 0 : 1)),
    },
    weights: null,
    categories: [],
  }
  for (const l1Ratio of [0, 1]) {
    const model = fitted(fitLinear(data, { penalty: leastPenalty, l1Ratio }))
    assert.equal(model.describe().facts.isConverged, true)
    assert.ok(model.weights.every(Number.isFinite))
    const probabilities = model.predict(data.features, 40)
    assert.ok(logLoss({ classCount: 2, probabilities, targets: Int32Array.from(data.target.values) }) < 1e-3)
  }
})

test("collinear and constant-zero features do not stop convergence", () => {
  const base = randomTrainingData({ rowCount: 100, featureCount: 3, classCount: 2, seed: 2 })
  const features = Float32Array.from({ length: 100 * 7 }, (_, at) => {
    const [row, column] = [Math.floor(at / 7), at % 7]
    return column === 6 ? 0 : (base.features[row * 3 + (column % 3)] ?? 0)
  })
  for (const l1Ratio of [0, 0.5]) {
    const model = fitted(fitLinear({ ...base, featureCount: 7, features }, { penalty: 1e-4, l1Ratio }))
    assert.equal(model.describe().facts.isConverged, true)
    assert.equal(model.weights[6], 0)
    // Elastic net and ridge share a weight equally among copies.
    for (const at of [0, 1, 2]) assertWithin(model.weights[at] ?? 0, model.weights[at + 3] ?? 1, 1e-3)
  }
})

test("more features than a factor is made for, and than rows, are solved as well", () => {
  const data = randomTrainingData({ rowCount: 40, featureCount: 1_600, classCount: 3, seed: 15 })
  for (const l1Ratio of [0, 0.5]) {
    const model = fitted(fitLinear(data, { penalty: 2, l1Ratio }))
    const probabilities = model.predict(data.features, 40)
    assert.ok(logLoss({ classCount: 3, probabilities, targets: Int32Array.from(data.target.values) }) < 0.7)
  }
})

test("L1 leaves out weights exactly, all of them at a great penalty", () => {
  const data = randomTrainingData({ rowCount: 300, featureCount: 20, classCount: 2, seed: 3 })
  const [none, some] = fitLinearPath(data, [1e6, 20], { l1Ratio: 1 })
  assert.equal(none?.describe().facts.nonZeroWeights, 0)
  const kept = Number(some?.describe().facts.nonZeroWeights)
  assert.ok(kept > 0 && kept < 20)
})

test("a class that no training row has gets a small probability, and one class alone is predicted with little doubt", () => {
  const data = randomTrainingData({ rowCount: 90, featureCount: 3, classCount: 3, seed: 6 })
  const values = Int32Array.from(data.target.values, (index) => (index === 1 ? 3 : index))
  const model = fitted(
    fitLinear({ ...data, target: { kind: "classes", values, classCount: 4 } }, { penalty: 1, l1Ratio: 0 }),
  )
  const probabilities = model.predict(data.features, 90)
  const ofUnseen = probabilities.filter((_, at) => at % 4 === 1)
  const mean = ofUnseen.reduce((sum, value) => sum + value, 0) / 90
  assert.ok(mean > 1e-4 && mean < 0.02, `mean ${mean}`)
  for (const classCount of [2, 3]) {
    const target = { kind: "classes", classCount, values: new Int32Array(90).fill(1) } as const
    const alone = fitted(fitLinear({ ...data, target }, { penalty: 1, l1Ratio: 0 }))
    const [first = 0, second = 0] = alone.predict(data.features.subarray(0, 3), 1)
    assert.ok(first > 0 && first < 0.01 && second > 0.98)
  }
})

test("a constant target is predicted as it is", () => {
  const data = randomTrainingData({ rowCount: 30, featureCount: 3, classCount: null, seed: 6 })
  for (const l1Ratio of [0, 1]) {
    const target = { kind: "number", values: new Float64Array(30).fill(7.25) } as const
    const model = fitted(fitLinear({ ...data, target }, { penalty: 1, l1Ratio }))
    for (const prediction of model.predict(data.features, 30)) assertWithin(prediction, 7.25, 1e-9)
  }
})

test("a fit stops when it is told to, and a path keeps what it has", () => {
  for (const l1Ratio of [0, 1]) {
    const data = randomTrainingData({ rowCount: 100, featureCount: 5, classCount: 3, seed: 1 })
    assert.equal(
      fitLinear(data, { penalty: 1, l1Ratio }, () => true),
      null,
    )
    let asked = 0
    const cut = fitLinearPath(data, [1e-3, 1e7], { l1Ratio, shouldStop: () => ++asked > 6 })
    assert.equal(cut[0], null)
    assert.notEqual(cut[1], null)
  }
})

function trainingData(recorded: (typeof fixture.cases)[number]): TrainingData {
  const all = readExample(recorded.data)
  const rows =
    recorded.scaling.levels === undefined ? all : all.filter((_, at) => at % 8 === 0).slice(0, 3_000)
  const features = scaledFeatures(rows, recorded.scaling)
  const answers = rows.map((row) => row[recorded.target] ?? "")
  const { classes } = recorded
  return {
    rowCount: rows.length,
    featureCount: features.length / rows.length,
    features,
    weights: null,
    categories: [],
    target:
      classes === null
        ? { kind: "number", values: Float64Array.from(answers, Number) }
        : {
            kind: "classes",
            classCount: classes.length,
            values: Int32Array.from(answers, (answer) => classes.indexOf(answer)),
          },
  }
}

function fitted(model: FittedLinear | null): FittedLinear {
  assert.ok(model !== null)
  assert.equal(model.describe().facts.isConverged, true)
  return model
}

/** The objective straight from its definition. */
function objective(
  data: TrainingData,
  { penalty, l1Ratio }: { penalty: number; l1Ratio: number },
  { weights, intercept }: { weights: Float64Array; intercept: Float64Array },
): number {
  const outputs = intercept.length
  let total = 0
  for (let row = 0; row < data.rowCount; row++) {
    const scores = Array.from(intercept, (value, output) => {
      let sum = value
      for (let feature = 0; feature < data.featureCount; feature++)
        sum +=
          (data.features[row * data.featureCount + feature] ?? 0) * (weights[feature * outputs + output] ?? 0)
      return sum
    })
    const truth = data.target.values[row] ?? 0
    if (data.target.kind === "number") total += 0.5 * (truth - (scores[0] ?? 0)) ** 2
    else {
      const margins = outputs === 1 ? [0, scores[0] ?? 0] : scores
      total += Math.log(margins.reduce((sum, margin) => sum + Math.exp(margin), 0)) - (margins[truth] ?? 0)
    }
  }
  for (const weight of weights)
    total += penalty * (l1Ratio * Math.abs(weight) + 0.5 * (1 - l1Ratio) * weight ** 2)
  return total
}

function nudged(
  { weights, intercept }: FittedLinear,
  change: { readonly weight?: number; readonly intercept?: number; readonly by: number },
): { weights: Float64Array; intercept: Float64Array } {
  const moved = { weights: weights.slice(), intercept: intercept.slice() }
  if (change.weight !== undefined) moved.weights[change.weight] = (weights[change.weight] ?? 0) + change.by
  if (change.intercept !== undefined)
    moved.intercept[change.intercept] = (intercept[change.intercept] ?? 0) + change.by
  return moved
}

function rowsOf(data: TrainingData, rows: readonly number[]): TrainingData {
  assert.ok(data.target.kind === "classes")
  const { featureCount, target } = data
  return {
    ...data,
    rowCount: rows.length,
    features: Float32Array.from(
      rows.flatMap((row) => [...data.features.subarray(row * featureCount, (row + 1) * featureCount)]),
    ),
    target: { ...target, values: Int32Array.from(rows, (row) => target.values[row] ?? 0) },
  }
}
