/** @file Variance of the area under the ROC curve without resampling: DeLong et al. 1988 by midranks (Sun and Xu 2014), O(n log n). */
import assert from "node:assert"

import type { Interval } from "./intervals.ts"
import { midranks } from "./kernels.ts"

const normalQuantile = 1.959963984540054

/** 95% interval of the area of one score per row; `isPositive` is 1 for positive rows. */
export function delongInterval(scores: Float64Array, isPositive: Uint8Array): Interval {
  const { area, positives, negatives } = placements(scores, isPositive)
  const variance = varianceOfMean(positives) + varianceOfMean(negatives)
  return normalInterval(area, variance, { least: 0, greatest: 1 })
}

/** 95% interval of the area of the first score minus that of the second, on the same rows. */
export function delongDifference(
  models: { readonly first: Float64Array; readonly second: Float64Array },
  isPositive: Uint8Array,
): Interval {
  const first = placements(models.first, isPositive)
  const second = placements(models.second, isPositive)
  const positives = first.positives.map((value, row) => value - (second.positives[row] ?? 0))
  const negatives = first.negatives.map((value, row) => value - (second.negatives[row] ?? 0))
  const variance = varianceOfMean(positives) + varianceOfMean(negatives)
  return normalInterval(first.area - second.area, variance, { least: -1, greatest: 1 })
}

/**
 * For each positive row the share of negatives below it, for each negative row the share of positives above it (ties half): the
 * structural components V10 and V01; their means are the area.
 */
function placements(
  scores: Float64Array,
  isPositive: Uint8Array,
): { area: number; positives: Float64Array; negatives: Float64Array } {
  const positiveScores = scores.filter((_, row) => isPositive[row] === 1)
  const negativeScores = scores.filter((_, row) => isPositive[row] !== 1)
  assert(positiveScores.length > 1 && negativeScores.length > 1)
  const ranks = midranks(scores)
  const positiveRanks = midranks(positiveScores)
  const negativeRanks = midranks(negativeScores)
  const ranksOfPositives = ranks.filter((_, row) => isPositive[row] === 1)
  const ranksOfNegatives = ranks.filter((_, row) => isPositive[row] !== 1)
  const positives = ranksOfPositives.map(
    (rank, row) => (rank - (positiveRanks[row] ?? 0)) / negativeScores.length,
  )
  const negatives = ranksOfNegatives.map(
    (rank, row) => 1 - (rank - (negativeRanks[row] ?? 0)) / positiveScores.length,
  )
  return { area: mean(positives), positives, negatives }
}

/** Sample variance over the length of the list. */
function varianceOfMean(values: Float64Array): number {
  const centre = mean(values)
  let sum = 0
  for (const value of values) sum += (value - centre) * (value - centre)
  return sum / (values.length - 1) / values.length
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function normalInterval(
  value: number,
  variance: number,
  bounds: { readonly least: number; readonly greatest: number },
): Interval {
  const halfWidth = normalQuantile * Math.sqrt(Math.max(0, variance))
  return {
    name: "roc_auc",
    value,
    low: Math.max(bounds.least, value - halfWidth),
    high: Math.min(bounds.greatest, value + halfWidth),
  }
}
