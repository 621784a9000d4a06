/** @file The threshold of a binary model that is best by a named metric on out-of-fold probabilities. */
import assert from "node:assert"

import { type LabelMetricName, labelMetricNames, labelMetrics } from "./classification.ts"
import { rankDescending } from "./kernels.ts"

/** What a file labels with unless somebody asks for another: probabilities are left undistorted, so one half is the likelier class. */
export const defaultThreshold = 0.5

/** Metrics that a threshold can be chosen by: recall alone is best at 0, precision at one row. */
export const thresholdMetrics = [
  "balanced_accuracy",
  "f1",
  "matthews_corrcoef",
  "accuracy",
] as const satisfies readonly LabelMetricName[]
export type ThresholdMetric = (typeof thresholdMetrics)[number]

export type ThresholdChoice = {
  readonly threshold: number
  readonly metric: ThresholdMetric
  readonly value: number
}

/**
 * Tries a threshold between any two different probabilities; of equally good ones the one nearest to 0.5. The default metric is
 * balanced accuracy: it weighs both classes alike however rare one is, and unlike f1 it does not change with the share of positives
 * in the data. The threshold is a float32 number, as the file compares it, and separates the same rows there.
 */
export function bestThreshold(
  rows: { readonly probabilities: Float64Array; readonly isPositive: Uint8Array },
  metric: ThresholdMetric = "balanced_accuracy",
): ThresholdChoice {
  const { probabilities, isPositive } = rows
  assert(probabilities.length === isPositive.length && probabilities.length > 0)
  const { order, endsTie } = rankDescending(probabilities)
  const positives = isPositive.reduce((sum, value) => sum + value, 0)
  // [true, predicted] with class 1 positive; at first nothing is labelled positive.
  const confusion = Float64Array.of(isPositive.length - positives, 0, positives, 0)
  let best: ThresholdChoice = { threshold: defaultThreshold, metric, value: Number.NEGATIVE_INFINITY }
  const greatest = probabilities[order[0] ?? 0] ?? 1
  // No threshold is above a probability of 1.
  if (greatest < 1)
    best = { threshold: thresholdBetween(greatest, 1), metric, value: metricOf(confusion, metric) }
  for (const [at, row] of order.entries()) {
    const cell = isPositive[row] === 1 ? 2 : 0
    confusion[cell] = (confusion[cell] ?? 0) - 1
    confusion[cell + 1] = (confusion[cell + 1] ?? 0) + 1
    if (endsTie[at] === 0) continue
    const next = order[at + 1]
    const below = next === undefined ? 0 : (probabilities[next] ?? 0)
    const threshold = thresholdBetween(below, probabilities[row] ?? 0)
    const value = metricOf(confusion, metric)
    if (value > best.value || (value === best.value && isNearerHalf(threshold, best.threshold)))
      best = { threshold, metric, value }
  }
  return best
}

/** The float32 midpoint when it is above `below`, else `atLeast` itself: with `p >= threshold` the upper side is positive. */
function thresholdBetween(below: number, atLeast: number): number {
  if (below < defaultThreshold && defaultThreshold <= atLeast) return defaultThreshold
  const middle = Math.fround(below + (atLeast - below) / 2)
  return middle > below && middle <= atLeast ? middle : Math.fround(atLeast)
}

function isNearerHalf(threshold: number, other: number): boolean {
  return Math.abs(threshold - defaultThreshold) < Math.abs(other - defaultThreshold)
}

function metricOf(confusion: Float64Array, metric: ThresholdMetric): number {
  const values = new Float64Array(labelMetricNames.length)
  labelMetrics(confusion, { classCount: 2, positiveClass: 1 }, values)
  return values[labelMetricNames.indexOf(metric)] ?? 0
}
