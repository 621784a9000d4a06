/** @file The loops of the metrics: everything is a function of row weights, so that a score and a bootstrap replicate of it are one code. */
// biome-ignore-all lint/style/noNonNullAssertion: only numeric kernels live here; their callers fix every length
import { randomBelow } from "./random.ts"

/** Order of the scores from greatest to least, and 1 where a run of equal scores ends. */
export type Ranking = { readonly order: Uint32Array; readonly endsTie: Uint8Array }

export function rankDescending(scores: Float64Array): Ranking {
  const order = Uint32Array.from(scores, (_, row) => row).sort((a, b) => scores[b]! - scores[a]!)
  const endsTie = new Uint8Array(order.length)
  for (let at = 0; at < order.length; at++)
    endsTie[at] = at + 1 === order.length || scores[order[at]!] !== scores[order[at + 1]!] ? 1 : 0
  return { order, endsTie }
}

/**
 * Weighted area under the ROC curve (trapezoids over ties) into areas[0] and average precision, the sum over thresholds of
 * (R_n - R_(n-1)) P_n, into areas[1]; NaN where one side has no weight.
 */
export function rankingAreas(
  ranking: Ranking,
  isPositive: Uint8Array,
  weights: Float64Array,
  areas: Float64Array,
): void {
  const { order, endsTie } = ranking
  let truePositives = 0
  let falsePositives = 0
  let previousTrue = 0
  let previousFalse = 0
  let area = 0
  let precisionSum = 0
  for (let at = 0; at < order.length; at++) {
    const row = order[at]!
    if (isPositive[row] === 1) truePositives += weights[row]!
    else falsePositives += weights[row]!
    if (endsTie[at] === 0) continue
    area += (falsePositives - previousFalse) * (truePositives + previousTrue) * 0.5
    if (truePositives > previousTrue)
      precisionSum += ((truePositives - previousTrue) * truePositives) / (truePositives + falsePositives)
    previousTrue = truePositives
    previousFalse = falsePositives
  }
  const bothSides = truePositives > 0 && falsePositives > 0
  areas[0] = bothSides ? area / (truePositives * falsePositives) : Number.NaN
  areas[1] = truePositives > 0 ? precisionSum / truePositives : Number.NaN
}

/** sum of weights * values / sum of weights */
export function weightedMean(values: Float64Array, weights: Float64Array): number {
  let sum = 0
  let total = 0
  for (let row = 0; row < values.length; row++) {
    sum += weights[row]! * values[row]!
    total += weights[row]!
  }
  return sum / total
}

/** Adds each row's weight to the cell it belongs to. */
export function addToCells(cells: Int32Array, weights: Float64Array, sums: Float64Array): void {
  sums.fill(0)
  for (let row = 0; row < cells.length; row++) sums[cells[row]!]! += weights[row]!
}

/**
 * The value at which half of the weight is reached; the mean of two neighbours when it is reached exactly between them.
 * `ascending` orders the rows by value.
 */
export function weightedMedian(values: Float64Array, ascending: Uint32Array, weights: Float64Array): number {
  let total = 0
  for (let row = 0; row < weights.length; row++) total += weights[row]!
  let reached = 0
  let lower = Number.NaN
  for (let at = 0; at < ascending.length; at++) {
    const row = ascending[at]!
    const weight = weights[row]!
    if (weight === 0) continue
    if (!Number.isNaN(lower)) return (lower + values[row]!) / 2
    reached += weight
    if (reached > total / 2) return values[row]!
    if (reached === total / 2) lower = values[row]!
  }
  return lower
}

/** Draws each stratum's units again, with replacement: how often each unit came, into `counts`. `starts` has one more entry than strata. */
export function drawCounts(units: Uint32Array, starts: Uint32Array, key: number, counts: Float64Array): void {
  counts.fill(0)
  for (let stratum = 0; stratum + 1 < starts.length; stratum++) {
    const start = starts[stratum]!
    const end = starts[stratum + 1]!
    const size = end - start
    for (let at = start; at < end; at++) counts[units[start + randomBelow(key, at, size)]!]! += 1
  }
}

/** weights[row] = counts[unitOfRow[row]] */
export function spreadCounts(counts: Float64Array, unitOfRow: Uint32Array, weights: Float64Array): void {
  for (let row = 0; row < weights.length; row++) weights[row] = counts[unitOfRow[row]!]!
}

/** Midranks (equal values share the mean of their ranks, from 1) of the values in `ascending` order, by row. */
export function midranks(values: Float64Array): Float64Array {
  const ascending = Uint32Array.from(values, (_, row) => row).sort((a, b) => values[a]! - values[b]!)
  const ranks = new Float64Array(values.length)
  let start = 0
  while (start < ascending.length) {
    let end = start + 1
    while (end < ascending.length && values[ascending[end]!] === values[ascending[start]!]) end++
    for (let at = start; at < end; at++) ranks[ascending[at]!] = (start + end + 1) / 2
    start = end
  }
  return ranks
}
