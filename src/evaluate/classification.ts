/** @file Metrics of classification as families over row weights: of labels, of probabilities, of rankings. */
import assert from "node:assert"

import { addToCells, rankDescending, rankingAreas, weightedMean } from "./kernels.ts"
import type { Measure } from "./measure.ts"

/** What a model said, and what was true. */
export type ClassPredictions = {
  readonly classCount: number
  /** Row-major [rows, classes]. */
  readonly probabilities: Float64Array
  /** The true class of each row, 0 to classCount - 1. */
  readonly targets: Int32Array
  /** Index of the positive class of a binary task; null for several classes. */
  readonly positiveClass: number | null
  /** Binary: a row is labelled positive when its probability is at least this. */
  readonly threshold: number
}

/** The label of each row: by threshold when there is a positive class, else the most probable (the first of equals). */
export function labelsOf(predictions: Omit<ClassPredictions, "targets">): Int32Array {
  const { classCount, probabilities, positiveClass, threshold } = predictions
  const labels = new Int32Array(probabilities.length / classCount)
  for (let row = 0; row < labels.length; row++) {
    const offset = row * classCount
    if (positiveClass !== null) {
      const isPositive = (probabilities[offset + positiveClass] ?? 0) >= threshold
      labels[row] = isPositive ? positiveClass : 1 - positiveClass
      continue
    }
    let best = 0
    for (let other = 1; other < classCount; other++)
      if ((probabilities[offset + other] ?? 0) > (probabilities[offset + best] ?? 0)) best = other
    labels[row] = best
  }
  return labels
}

export const labelMetricNames = [
  "accuracy",
  "balanced_accuracy",
  "precision",
  "recall",
  "f1",
  "matthews_corrcoef",
] as const
export type LabelMetricName = (typeof labelMetricNames)[number]

/** Metrics of a confusion matrix: one pass sums the rows' weights into its cells. */
export function labelMeasure(predictions: ClassPredictions): Measure {
  const { classCount, positiveClass } = predictions
  const cells = confusionCells(predictions)
  const confusion = new Float64Array(classCount * classCount)
  return {
    names: labelMetricNames,
    measure: (weights, values) => {
      addToCells(cells, weights, confusion)
      labelMetrics(confusion, { classCount, positiveClass }, values)
    },
  }
}

/** Counts [true class][predicted class]. */
export function confusionMatrix(predictions: ClassPredictions, weights: Float64Array | null): number[][] {
  const { classCount } = predictions
  const cells = confusionCells(predictions)
  const sums = new Float64Array(classCount * classCount)
  addToCells(cells, weights ?? new Float64Array(cells.length).fill(1), sums)
  return Array.from({ length: classCount }, (_, row) =>
    Array.from(sums.subarray(row * classCount, (row + 1) * classCount)),
  )
}

function confusionCells(predictions: ClassPredictions): Int32Array {
  const labels = labelsOf(predictions)
  return labels.map((label, row) => (predictions.targets[row] ?? 0) * predictions.classCount + label)
}

/**
 * The label metrics of a confusion matrix [true, predicted] in the order of `labelMetricNames`. Precision, recall and f1 are the
 * positive class's, or the mean over the classes that occur as truth or as label; a division by 0 counts as 0 (scikit-learn).
 */
export function labelMetrics(
  confusion: Float64Array,
  options: { readonly classCount: number; readonly positiveClass: number | null },
  values: Float64Array,
): void {
  const { classCount, positiveClass } = options
  let total = 0
  let correct = 0
  let recallSum = 0
  let trueClasses = 0
  let predictedByTrue = 0
  let predictedSquares = 0
  let trueSquares = 0
  const averaged = { precision: 0, recall: 0, f1: 0, classes: 0 }
  for (let index = 0; index < classCount; index++) {
    const hits = confusion[index * classCount + index] ?? 0
    let ofTruth = 0
    let ofLabel = 0
    for (let other = 0; other < classCount; other++) {
      ofTruth += confusion[index * classCount + other] ?? 0
      ofLabel += confusion[other * classCount + index] ?? 0
    }
    total += ofTruth
    correct += hits
    predictedByTrue += ofTruth * ofLabel
    predictedSquares += ofLabel * ofLabel
    trueSquares += ofTruth * ofTruth
    if (ofTruth > 0) {
      recallSum += hits / ofTruth
      trueClasses++
    }
    if (positiveClass === null ? ofTruth + ofLabel > 0 : index === positiveClass) {
      averaged.precision += ratio(hits, ofLabel)
      averaged.recall += ratio(hits, ofTruth)
      averaged.f1 += ratio(2 * hits, ofTruth + ofLabel)
      averaged.classes++
    }
  }
  const spread = (total * total - predictedSquares) * (total * total - trueSquares)
  values[0] = correct / total
  values[1] = recallSum / trueClasses
  values[2] = averaged.precision / averaged.classes
  values[3] = averaged.recall / averaged.classes
  values[4] = averaged.f1 / averaged.classes
  // Gorodkin 2004: the correlation of two partitions.
  values[5] = spread === 0 ? 0 : (correct * total - predictedByTrue) / Math.sqrt(spread)
}

/** Log loss, the probabilities clipped to [eps, 1 - eps], and Brier score: binary in [0, 1], several classes in [0, 2]. */
export function probabilityMeasure(predictions: ClassPredictions): Measure {
  const logLosses = logLossOfRows(predictions)
  const squares = squaredErrorOfRows(predictions)
  return {
    names: ["log_loss", "brier_score"],
    measure: (weights, values) => {
      values[0] = weightedMean(logLosses, weights)
      values[1] = weightedMean(squares, weights)
    },
  }
}

/** -log of each row's probability of its true class, clipped by the machine epsilon of float64 as scikit-learn does. */
export function logLossOfRows(
  predictions: Pick<ClassPredictions, "classCount" | "probabilities" | "targets">,
): Float64Array {
  const { classCount, probabilities, targets } = predictions
  assert(probabilities.length === targets.length * classCount)
  const losses = new Float64Array(targets.length)
  for (let row = 0; row < losses.length; row++) {
    const probability = probabilities[row * classCount + (targets[row] ?? 0)] ?? Number.NaN
    losses[row] = -Math.log(Math.min(Math.max(probability, Number.EPSILON), 1 - Number.EPSILON))
  }
  return losses
}

/** sum over classes of (probability - truth)^2, halved for two classes. */
function squaredErrorOfRows({ classCount, probabilities, targets }: ClassPredictions): Float64Array {
  const errors = new Float64Array(targets.length)
  const share = classCount === 2 ? 0.5 : 1
  for (let row = 0; row < errors.length; row++) {
    let sum = 0
    for (let index = 0; index < classCount; index++) {
      const difference = (probabilities[row * classCount + index] ?? 0) - (targets[row] === index ? 1 : 0)
      sum += difference * difference
    }
    errors[row] = sum * share
  }
  return errors
}

/** Area under the ROC curve and average precision: of the positive class, or the mean of each class against the rest. */
export function rankingMeasure(predictions: ClassPredictions): Measure {
  const { classCount, positiveClass } = predictions
  const ranked = (
    positiveClass === null ? Array.from({ length: classCount }, (_, k) => k) : [positiveClass]
  ).map((index) => ({
    ranking: rankDescending(scoresOf(predictions, index)),
    isPositive: isClass(predictions, index),
  }))
  const areas = new Float64Array(2)
  return {
    names: ["roc_auc", "average_precision"],
    measure: (weights, values) => {
      values.fill(0)
      for (const { ranking, isPositive } of ranked) {
        rankingAreas(ranking, isPositive, weights, areas)
        values[0] = (values[0] ?? 0) + (areas[0] ?? 0) / ranked.length
        values[1] = (values[1] ?? 0) + (areas[1] ?? 0) / ranked.length
      }
    },
  }
}

/** The probabilities of one class. */
export function scoresOf(
  predictions: Pick<ClassPredictions, "classCount" | "probabilities">,
  index: number,
): Float64Array {
  const { classCount, probabilities } = predictions
  const scores = new Float64Array(probabilities.length / classCount)
  for (let row = 0; row < scores.length; row++) scores[row] = probabilities[row * classCount + index] ?? 0
  return scores
}

/** 1 where the truth is this class. */
export function isClass({ targets }: Pick<ClassPredictions, "targets">, index: number): Uint8Array {
  return Uint8Array.from(targets, (target) => (target === index ? 1 : 0))
}

function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator
}
