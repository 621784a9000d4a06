/** @file Metrics by scikit-learn's names and definitions, as one map from name to value. */
import type { ClassPredictions } from "./classification.ts"
import { labelMeasure, logLossOfRows, probabilityMeasure, rankingMeasure } from "./classification.ts"
import { weightedMean } from "./kernels.ts"
import { type Measure, type MetricValues, measureAll } from "./measure.ts"
import { errorMeasure, medianMeasure, type NumberPredictions } from "./regression.ts"

export function classificationMeasures(predictions: ClassPredictions): Measure[] {
  return [probabilityMeasure(predictions), rankingMeasure(predictions), labelMeasure(predictions)]
}

export function regressionMeasures(predictions: NumberPredictions): Measure[] {
  return [errorMeasure(predictions), medianMeasure(predictions)]
}

/**
 * log_loss, brier_score, roc_auc, average_precision, accuracy, balanced_accuracy, precision, recall, f1 and matthews_corrcoef.
 * NaN: undefined, as roc_auc of rows that are all of one class.
 */
export function classificationMetrics(
  predictions: ClassPredictions,
  weights: Float64Array | null = null,
): MetricValues {
  return measureAll(classificationMeasures(predictions), predictions.targets.length, weights)
}

/** rmse, mae, r2, mean_absolute_percentage_error and median_absolute_error. */
export function regressionMetrics(
  predictions: NumberPredictions,
  weights: Float64Array | null = null,
): MetricValues {
  return measureAll(regressionMeasures(predictions), predictions.targets.length, weights)
}

/** Mean log loss of probabilities [rows, classes]; alone, because model selection needs nothing else. */
export function logLoss(
  predictions: Pick<ClassPredictions, "classCount" | "probabilities" | "targets">,
  weights: Float64Array | null = null,
): number {
  const losses = logLossOfRows(predictions)
  return weightedMean(losses, weights ?? new Float64Array(losses.length).fill(1))
}

export function rootMeanSquaredError(
  { predictions, targets }: NumberPredictions,
  weights: Float64Array | null = null,
): number {
  const squares = predictions.map((prediction, row) => (prediction - (targets[row] ?? 0)) ** 2)
  return Math.sqrt(weightedMean(squares, weights ?? new Float64Array(squares.length).fill(1)))
}
