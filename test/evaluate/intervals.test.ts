/** @file Intervals against closed forms: the normal interval of a stratified mean, groups, DeLong's variance by all pairs. */
import assert from "node:assert/strict"
import { test } from "node:test"

import {
  type ClassPredictions,
  probabilityMeasure,
  rankingMeasure,
} from "../../src/evaluate/classification.ts"
import { delongDifference, delongInterval } from "../../src/evaluate/delong.ts"
import { bootstrapIntervals, type Interval, pairedDifference } from "../../src/evaluate/intervals.ts"
import { randomBelow, randomUint32, streamKey } from "../../src/evaluate/random.ts"

const z975 = 1.959963984540054

test("the bootstrap interval of a mean is the normal one of a stratified sample", () => {
  const predictions = randomPredictions({ rowCount: 3_000, seed: 5 })
  const [logLoss] = bootstrapIntervals([probabilityMeasure(predictions)], {
    rowCount: 3_000,
    strata: predictions.targets,
    groups: null,
    seed: 11,
  })
  const halfWidth = z975 * Math.sqrt(stratifiedVariance(predictions))
  assert.ok(logLoss !== undefined)
  assertNear(widthOf(logLoss) / 2, halfWidth, 0.06 * halfWidth)
  assertNear((logLoss.low + logLoss.high) / 2, logLoss.value, 0.1 * halfWidth)
})

test("rows that are copies within a group widen the interval by the root of the copies", () => {
  const single = randomPredictions({ rowCount: 500, seed: 3 })
  const copied = repeatRows(single, 4)
  const groups = Int32Array.from(copied.targets, (_, row) => 1_000_000 - Math.floor(row / 4))
  const sampling = { rowCount: 2_000, strata: copied.targets, seed: 2 }
  const [grouped] = bootstrapIntervals([probabilityMeasure(copied)], { ...sampling, groups })
  const [independent] = bootstrapIntervals([probabilityMeasure(copied)], { ...sampling, groups: null })
  assert.ok(grouped !== undefined && independent !== undefined)
  assertNear(widthOf(grouped) / widthOf(independent), 2, 0.15)
})

test("groups of mixed classes are drawn whole and an absent class does not spoil the interval", () => {
  const predictions = randomPredictions({ rowCount: 12, seed: 9 })
  const groups = Int32Array.from(predictions.targets, (_, row) => Math.floor(row / 6))
  const intervals = bootstrapIntervals([rankingMeasure(predictions)], {
    rowCount: 12,
    strata: predictions.targets,
    groups,
    seed: 1,
  })
  assert.ok(intervals.length > 0)
  for (const { low, high } of intervals)
    assert.ok(low <= high && Number.isFinite(low) && Number.isFinite(high))
})

test("groups of one class keep their number in every replicate, mixed groups are one stratum", () => {
  const greatestWeight = {
    names: ["greatest"],
    measure: (weights: Float64Array, values: Float64Array) => {
      values[0] = Math.max(...weights)
    },
  }
  const groups = Int32Array.of(0, 0, 1, 1, 2, 2, 3, 3)
  const highest = (strata: Int32Array) =>
    bootstrapIntervals([greatestWeight], { rowCount: 8, strata, groups, seed: 3 })[0]?.high
  // Two groups of each class: none comes more than twice. Four mixed ones: one comes three times in a fifth of the replicates.
  assert.equal(highest(Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1)), 2)
  assert.equal(highest(Int32Array.of(0, 1, 1, 0, 0, 1, 1, 0)), 3)
})

test("intervals depend on the seed alone", () => {
  const predictions = randomPredictions({ rowCount: 200, seed: 1 })
  const sampling = { rowCount: 200, strata: predictions.targets, groups: null, seed: 4 }
  const once = bootstrapIntervals([rankingMeasure(predictions)], sampling)
  assert.deepEqual(bootstrapIntervals([rankingMeasure(predictions)], sampling), once)
  assert.notDeepEqual(bootstrapIntervals([rankingMeasure(predictions)], { ...sampling, seed: 5 }), once)
})

test("a model has no difference from itself, and a paired difference is narrower than two intervals", () => {
  const better = randomPredictions({ rowCount: 400, seed: 8 })
  const worse = {
    ...better,
    probabilities: better.probabilities.map((probability) => 0.9 * probability + 0.05),
  }
  const sampling = { rowCount: 400, strata: better.targets, groups: null, seed: 1 }
  const same = pairedDifference(
    "log_loss",
    { first: probabilityMeasure(better), second: probabilityMeasure(better) },
    sampling,
  )
  assert.deepEqual(same, { name: "log_loss", value: 0, low: 0, high: 0 })
  const difference = pairedDifference(
    "log_loss",
    { first: probabilityMeasure(worse), second: probabilityMeasure(better) },
    sampling,
  )
  const [alone] = bootstrapIntervals([probabilityMeasure(better)], sampling)
  assert.ok(alone !== undefined && widthOf(difference) < widthOf(alone) / 2)
  assert.ok(difference.low <= difference.value && difference.value <= difference.high)
})

test("DeLong's interval equals the variance by all pairs, with ties", () => {
  const { probabilities, targets } = randomPredictions({ rowCount: 150, seed: 21 })
  const scores = probabilities.filter((_, at) => at % 2 === 1).map((score) => Math.round(score * 20) / 20)
  const isPositive = Uint8Array.from(targets)
  const interval = delongInterval(scores, isPositive)
  const { area, variance } = allPairs(scores, isPositive)
  assertNear(interval.value, area, 1e-12)
  assertNear(widthOf(interval), 2 * z975 * Math.sqrt(variance), 1e-12)
})

test("DeLong's interval of roc_auc is the bootstrap's on many rows, and so is that of a difference", () => {
  const rowCount = 4_000
  const predictions = randomPredictions({ rowCount, seed: 33 })
  const scores = predictions.probabilities.filter((_, at) => at % 2 === 1)
  const noisy = scores.map((score, row) => score + 0.3 * uniform(77, row))
  const other = {
    ...predictions,
    probabilities: Float64Array.from(
      { length: 2 * rowCount },
      (_, at) => (noisy[at >> 1] ?? 0) * (at % 2 === 1 ? 1 : -1),
    ),
  }
  const isPositive = Uint8Array.from(predictions.targets)
  const sampling = { rowCount, strata: predictions.targets, groups: null, seed: 6 }
  const [bootstrap] = bootstrapIntervals([rankingMeasure(predictions)], sampling)
  const delong = delongInterval(scores, isPositive)
  assert.ok(bootstrap !== undefined)
  assertNear(widthOf(delong), widthOf(bootstrap), 0.06 * widthOf(bootstrap))
  const paired = pairedDifference(
    "roc_auc",
    { first: rankingMeasure(predictions), second: rankingMeasure(other) },
    sampling,
  )
  const difference = delongDifference({ first: scores, second: noisy }, isPositive)
  assertNear(difference.value, paired.value, 1e-12)
  assertNear(widthOf(difference), widthOf(paired), 0.06 * widthOf(paired))
})

test("random numbers are even, and streams of one seed share no run", () => {
  const counts = new Array(16).fill(0)
  const key = streamKey({ seed: 1, stream: 0 })
  for (let counter = 0; counter < 64_000; counter++) counts[randomBelow(key, counter, 16)]++
  const chiSquare = counts.reduce((sum, count) => sum + (count - 4_000) ** 2 / 4_000, 0)
  assert.ok(chiSquare < 45, `chi square of 15 degrees of freedom ${chiSquare}`)
  const pairs = new Set<string>()
  for (let stream = 0; stream < 200; stream++) {
    const ofStream = streamKey({ seed: 1, stream })
    for (let counter = 0; counter < 500; counter++)
      pairs.add(`${randomUint32(ofStream, counter)} ${randomUint32(ofStream, counter + 1)}`)
  }
  assert.equal(pairs.size, 100_000)
})

/** Calibrated binary predictions: each row is positive with the probability that is predicted. */
function randomPredictions({ rowCount, seed }: { rowCount: number; seed: number }): ClassPredictions {
  const probabilities = new Float64Array(2 * rowCount)
  const targets = new Int32Array(rowCount)
  for (let row = 0; row < rowCount; row++) {
    const positive = 0.02 + 0.96 * uniform(seed, 2 * row)
    probabilities.set([1 - positive, positive], 2 * row)
    targets[row] = uniform(seed, 2 * row + 1) < positive ? 1 : 0
  }
  return { classCount: 2, probabilities, targets, positiveClass: 1, threshold: 0.5 }
}

function uniform(seed: number, counter: number): number {
  return randomUint32(streamKey({ seed, stream: 0 }), counter) / 2 ** 32
}

function repeatRows(predictions: ClassPredictions, times: number): ClassPredictions {
  const rows = Array.from({ length: predictions.targets.length * times }, (_, at) => Math.floor(at / times))
  return {
    ...predictions,
    targets: Int32Array.from(rows, (row) => predictions.targets[row] ?? 0),
    probabilities: Float64Array.from(
      rows.flatMap((row) => Array.from(predictions.probabilities.subarray(2 * row, 2 * row + 2))),
    ),
  }
}

/** sum over classes of n_c^2 * (population variance / n_c), over n^2: a bootstrap draws from the population of the rows. */
function stratifiedVariance({ probabilities, targets }: ClassPredictions): number {
  let sum = 0
  for (const index of [0, 1]) {
    const losses = [...targets.keys()]
      .filter((row) => targets[row] === index)
      .map((row) => -Math.log(probabilities[2 * row + index] ?? 0))
    const mean = losses.reduce((total, loss) => total + loss, 0) / losses.length
    sum += losses.reduce((total, loss) => total + (loss - mean) ** 2, 0)
  }
  return sum / targets.length ** 2
}

function allPairs(scores: Float64Array, isPositive: Uint8Array): { area: number; variance: number } {
  const positives = scores.filter((_, row) => isPositive[row] === 1)
  const negatives = scores.filter((_, row) => isPositive[row] === 0)
  const compare = (a: number, b: number) => (a > b ? 1 : a === b ? 0.5 : 0)
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const ofPositives = Array.from(positives, (a) => mean(Array.from(negatives, (b) => compare(a, b))))
  const ofNegatives = Array.from(negatives, (b) => mean(Array.from(positives, (a) => compare(a, b))))
  const area = mean(ofPositives)
  const spread = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + (value - area) ** 2, 0) / (values.length - 1) / values.length
  return { area, variance: spread(ofPositives) + spread(ofNegatives) }
}

function widthOf({ low, high }: Interval): number {
  return high - low
}

function assertNear(got: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(got - expected) <= tolerance, `got ${got}, expected ${expected} within ${tolerance}`)
}
