/** @file Metrics of regression as families over row weights: of errors, and of their median. */
import assert from "node:assert"

import { weightedMean, weightedMedian } from "./kernels.ts"
import type { Measure } from "./measure.ts"

export type NumberPredictions = { readonly predictions: Float64Array; readonly targets: Float64Array }

/**
 * rmse, mae, r2 and mean_absolute_percentage_error (errors over |y|, at least the machine epsilon). r2 of targets without
 * variance is 1 when every row is met, else 0; of fewer than two rows it is undefined (scikit-learn).
 */
export function errorMeasure({ predictions, targets }: NumberPredictions): Measure {
  assert(predictions.length === targets.length)
  const errors = predictions.map((prediction, row) => prediction - (targets[row] ?? 0))
  const squares = errors.map((error) => error * error)
  const absolutes = errors.map(Math.abs)
  const shares = absolutes.map((error, row) => error / Math.max(Math.abs(targets[row] ?? 0), Number.EPSILON))
  const centre = centreOf(targets)
  const deviations = targets.map((target) => target - centre)
  const deviationSquares = deviations.map((deviation) => deviation * deviation)
  return {
    names: ["rmse", "mae", "r2", "mean_absolute_percentage_error"],
    measure: (weights, values) => {
      const meanSquare = weightedMean(squares, weights)
      const shift = weightedMean(deviations, weights)
      const variance = weightedMean(deviationSquares, weights) - shift * shift
      values[0] = Math.sqrt(meanSquare)
      values[1] = weightedMean(absolutes, weights)
      values[2] = determination({ rowCount: targets.length, meanSquare, variance })
      values[3] = weightedMean(shares, weights)
    },
  }
}

/**
 * Variances are taken around the mean: y^2 - mean^2 would lose every digit of targets like 1e9 + noise. Equal targets are their
 * own centre exactly, so that their variance is 0 and not a rounding error.
 */
function centreOf(targets: Float64Array): number {
  const first = targets[0] ?? 0
  if (targets.every((target) => target === first)) return first
  return weightedMean(targets, new Float64Array(targets.length).fill(1))
}

function determination(options: {
  readonly rowCount: number
  readonly meanSquare: number
  readonly variance: number
}): number {
  if (options.rowCount < 2) return Number.NaN
  if (options.meanSquare === 0) return 1
  return options.variance > 0 ? 1 - options.meanSquare / options.variance : 0
}

export function medianMeasure({ predictions, targets }: NumberPredictions): Measure {
  const absolutes = predictions.map((prediction, row) => Math.abs(prediction - (targets[row] ?? 0)))
  const ascending = Uint32Array.from(absolutes, (_, row) => row).sort(
    (a, b) => (absolutes[a] ?? 0) - (absolutes[b] ?? 0),
  )
  return {
    names: ["median_absolute_error"],
    measure: (weights, values) => {
      values[0] = weightedMedian(absolutes, ascending, weights)
    },
  }
}
