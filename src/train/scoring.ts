/** @file Scores of predictions on rows, and the one reading of the test rows, through the served file. */
import assert from "node:assert"

import { type ClassPredictions, probabilityMeasure } from "../evaluate/classification.ts"
import { bootstrapIntervals } from "../evaluate/intervals.ts"
import { errorMeasure } from "../evaluate/regression.ts"
import {
  type ClassificationScore,
  logLossDifference,
  type RegressionScore,
  rmseDifference,
  scoreClassification,
  scoreRegression,
} from "../evaluate/score.ts"
import { defaultThreshold } from "../evaluate/threshold.ts"
import type { TrainingTarget } from "../learn/learner.ts"
import type { Signature } from "../prepare/signature.ts"
import type { Target } from "../prepare/target.ts"
import type { Table } from "../table/table.ts"
import { scoreThroughFile } from "./model-file.ts"
import type { Score, TrainingReport } from "./report.ts"
import { pickTarget } from "./selection.ts"
import type { RowSplit } from "./split-rows.ts"

export type Scores = ClassificationScore | RegressionScore

export function scoreOf(options: {
  readonly target: Target
  /** Row-major probabilities, or numbers. */
  readonly predictions: Float64Array
  readonly truth: TrainingTarget
  readonly seed: number
}): Scores {
  const { target, predictions, truth, seed } = options
  const sampling = { seed, groups: null }
  if (truth.kind === "number") return scoreRegression({ predictions, targets: truth.values }, sampling)
  return scoreClassification(classPredictions(target, predictions, truth), sampling)
}

/** The primary metric alone: all that choosing needs, without the 2,000 replicates of every other metric. */
export function primaryScoreOf(options: Parameters<typeof scoreOf>[0]): Score {
  const { target, predictions, truth, seed } = options
  const isNumber = truth.kind === "number"
  const measure = isNumber
    ? errorMeasure({ predictions, targets: truth.values })
    : probabilityMeasure(classPredictions(target, predictions, truth))
  const strata = isNumber ? null : truth.values
  const intervals = bootstrapIntervals([measure], {
    rowCount: truth.values.length,
    strata,
    groups: null,
    seed,
  })
  const primary = intervals.find(({ name }) => name === (isNumber ? "rmse" : "log_loss"))
  assert(primary !== undefined)
  return primary
}

export function primaryOf(scores: Scores): Score {
  const primary = scores.metrics.find(({ name }) => name === scores.primary)
  assert(primary !== undefined)
  return primary
}

/** The one place that reads test rows; the commit of the job writes into the audit log that it did. */
export async function scoreTest(options: {
  readonly table: Table
  readonly target: Target
  readonly truth: TrainingTarget
  readonly bytes: Uint8Array
  readonly signature: Signature
  readonly split: RowSplit
  readonly seed: number
}): Promise<TrainingReport["test"]> {
  const { table, target, bytes, signature, split, seed } = options
  const truth = pickTarget(options.truth, split.testRows)
  const predictions = await scoreThroughFile({ bytes, table, signature, rows: split.testRows })
  const baseline = constantPredictions(pickTarget(options.truth, split.allButTest), split.testRows.length)
  const scores = scoreOf({ target, predictions, truth, seed })
  const sampling = { seed, groups: null }
  const improvement =
    truth.kind === "number"
      ? rmseDifference(
          {
            first: { predictions: baseline, targets: truth.values },
            second: { predictions, targets: truth.values },
          },
          sampling,
        )
      : logLossDifference(
          {
            first: classPredictions(target, baseline, truth),
            second: classPredictions(target, predictions, truth),
          },
          sampling,
        )
  return {
    rowCount: split.testRows.length,
    scores: [...scores.metrics],
    baseline: primaryOf(scoreOf({ target, predictions: baseline, truth, seed })),
    improvement,
    confusion: scores.primary === "log_loss" ? scores.confusion.map((row) => [...row]) : null,
  }
}

function classPredictions(
  target: Target,
  probabilities: Float64Array,
  truth: TrainingTarget & { readonly kind: "classes" },
): ClassPredictions {
  const positive = target.classes?.findIndex((name) => Object.is(name, target.positiveClass)) ?? -1
  return {
    probabilities,
    classCount: truth.classCount,
    targets: truth.values,
    positiveClass: positive < 0 ? null : positive,
    threshold: defaultThreshold,
  }
}

/** What knowing nothing but the target would answer: class shares, or the mean. */
function constantPredictions(target: TrainingTarget, rowCount: number): Float64Array {
  if (target.kind === "number") {
    const mean = target.values.reduce((sum, value) => sum + value, 0) / target.values.length
    return new Float64Array(rowCount).fill(mean)
  }
  const { classCount, values } = target
  const shares = new Float64Array(classCount)
  for (const value of values) shares[value] = (shares[value] ?? 0) + 1 / values.length
  const predictions = new Float64Array(rowCount * classCount)
  for (let row = 0; row < rowCount; row += 1) predictions.set(shares, row * classCount)
  return predictions
}
