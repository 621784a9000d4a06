/** @file The scores of a model on rows that it has not seen: every metric with its 95% interval, as JSON. */
import {
  type ClassPredictions,
  confusionMatrix,
  isClass,
  probabilityMeasure,
  scoresOf,
} from "./classification.ts"
import { delongInterval } from "./delong.ts"
import { bootstrapIntervals, type Interval, pairedDifference, type Sampling } from "./intervals.ts"
import { classificationMeasures, regressionMeasures } from "./metrics.ts"
import { errorMeasure, type NumberPredictions } from "./regression.ts"

export type ScoreOptions = {
  readonly seed: number
  /** Group of each row when rows of a group depend on each other; null when they do not. */
  readonly groups: Int32Array | null
}

export type ClassificationScore = {
  readonly primary: "log_loss"
  readonly metrics: readonly Interval[]
  /** Rows [true class][predicted class]. */
  readonly confusion: readonly (readonly number[])[]
}

export type RegressionScore = { readonly primary: "rmse"; readonly metrics: readonly Interval[] }

/** Rows above which the interval of roc_auc is DeLong's: there it is as exact, and not 2,000 passes over all rows. */
export const delongRowsMin = 20_000

/** Metrics that are undefined (roc_auc when all rows are of one class) are left out. */
export function scoreClassification(
  predictions: ClassPredictions,
  options: ScoreOptions,
): ClassificationScore {
  const { targets, positiveClass } = predictions
  const sampling = samplingOf(targets.length, targets, options)
  const metrics = bootstrapIntervals(classificationMeasures(predictions), sampling)
  const isLarge = targets.length > delongRowsMin && options.groups === null && positiveClass !== null
  return {
    primary: "log_loss",
    metrics: metrics.map((metric) => {
      if (!isLarge || metric.name !== "roc_auc") return metric
      return delongInterval(scoresOf(predictions, positiveClass), isClass(predictions, positiveClass))
    }),
    confusion: confusionMatrix(predictions, null),
  }
}

export function scoreRegression(predictions: NumberPredictions, options: ScoreOptions): RegressionScore {
  const sampling = samplingOf(predictions.targets.length, null, options)
  return { primary: "rmse", metrics: bootstrapIntervals(regressionMeasures(predictions), sampling) }
}

/** Log loss of the first minus that of the second on the same rows: above 0 the second is better. */
export function logLossDifference(
  models: { readonly first: ClassPredictions; readonly second: ClassPredictions },
  options: ScoreOptions,
): Interval {
  const { targets } = models.first
  return pairedDifference(
    "log_loss",
    { first: probabilityMeasure(models.first), second: probabilityMeasure(models.second) },
    samplingOf(targets.length, targets, options),
  )
}

/** RMSE of the first minus that of the second on the same rows: above 0 the second is better. */
export function rmseDifference(
  models: { readonly first: NumberPredictions; readonly second: NumberPredictions },
  options: ScoreOptions,
): Interval {
  return pairedDifference(
    "rmse",
    { first: errorMeasure(models.first), second: errorMeasure(models.second) },
    samplingOf(models.first.targets.length, null, options),
  )
}

function samplingOf(rowCount: number, strata: Int32Array | null, { seed, groups }: ScoreOptions): Sampling {
  return { rowCount, strata, groups, seed }
}
