/** @file Which learner serves: constant and linear are compared on predictions of rows that they were not fitted on. */
import assert from "node:assert"

import type { Clock } from "../base/clock.ts"
import { fault } from "../base/errors.ts"
import { fitConstant } from "../learn/constant.ts"
import type { FittedLearner, TrainingData, TrainingTarget } from "../learn/learner.ts"
import { fitLinearPath } from "../learn/linear.ts"
import { fitRecipe } from "../prepare/fit.ts"
import type { RecipePlan } from "../prepare/recipe.ts"
import type { EncodedTarget, Target } from "../prepare/target.ts"
import type { Table } from "../table/table.ts"
import { type Features, featuresOf } from "./features.ts"

/** Rows as (fitted on, predicted) pairs: one of a holdout, five of a cross-validation. */
export type Fold = { readonly fitRows: Uint32Array; readonly predictRows: Uint32Array }

export type Candidate = {
  readonly learner: "constant" | "linear"
  readonly parameters: Readonly<Record<string, number | string | boolean>>
  /** Of the rows that folds predict, in `Selection.rows` order; row-major [rows, outputs]. */
  readonly predictions: Float64Array
  readonly fitMs: number
  readonly refit: (data: TrainingData) => FittedLearner
}

export type Selection = { readonly rows: Uint32Array; readonly candidates: readonly Candidate[] }

export type SelectionInput = {
  readonly table: Table
  readonly plan: RecipePlan
  /** What is predicted. */
  readonly target: Target
  /** Its value for every row of the table; rows without one are in no fold. */
  readonly truth: TrainingTarget
  readonly folds: readonly Fold[]
  readonly clock: Clock
  readonly onProgress: (done: number, total: number) => void
  readonly shouldStop: () => boolean
}

/** Strengths of the ridge penalty that are tried; 1 is scikit-learn's default. */
const penalties = [0.01, 0.1, 1, 10, 100, 1_000]

/** Recipes are fitted anew on each fold's own rows: nothing of a predicted row leaks into what predicts it. Throws JOB_CANCELLED. */
export async function compareLearners(input: SelectionInput): Promise<Selection> {
  const { folds, truth, clock, onProgress } = input
  const rows = concatenateRows(folds.map(({ predictRows }) => predictRows))
  const width = truth.kind === "classes" ? truth.classCount : 1
  const slots = candidates().map((candidate) => ({
    ...candidate,
    predictions: new Float64Array(rows.length * width),
    fitMs: 0,
  }))
  let from = 0
  for (const [index, fold] of folds.entries()) {
    const { fit, predict } = await featuresOfFold(input, fold)
    const data = trainingData(fit, pickTarget(truth, fold.fitRows))
    for (const family of families) {
      const startedMs = clock.monotonicMs()
      const learners = family.fit(data, input.shouldStop)
      const members = slots.filter(({ learner }) => learner === family.learner)
      assert(members.length === learners.length)
      for (const [member, slot] of members.entries()) {
        const learner = learners[member]
        if (learner === undefined || learner === null) throw fault("JOB_CANCELLED", {})
        slot.predictions.set(await learner.predict(predict.values, predict.rowCount), from * width)
        slot.fitMs += (clock.monotonicMs() - startedMs) / members.length
      }
    }
    from += fold.predictRows.length
    onProgress(index + 1, folds.length)
  }
  return { rows, candidates: slots }
}

/** Learners that are fitted together: a path of penalties costs little more than one of them. */
const families: readonly {
  readonly learner: Candidate["learner"]
  readonly fit: (data: TrainingData, shouldStop: () => boolean) => readonly (FittedLearner | null)[]
}[] = [
  { learner: "constant", fit: (data) => [fitConstant(data)] },
  { learner: "linear", fit: (data, shouldStop) => fitLinearPath(data, penalties, { shouldStop }) },
]

function candidates(): Pick<Candidate, "learner" | "parameters" | "refit">[] {
  return [
    { learner: "constant", parameters: {}, refit: fitConstant },
    ...penalties.map((penalty) => ({
      learner: "linear" as const,
      parameters: { penalty },
      refit: (data: TrainingData) => {
        const [learner] = fitLinearPath(data, [penalty])
        assert(learner !== undefined && learner !== null)
        return learner
      },
    })),
  ]
}

export function trainingData(features: Features, target: TrainingTarget): TrainingData {
  const { rowCount, featureCount, values } = features
  return { rowCount, featureCount, features: values, target, weights: null, categories: [] }
}

export function pickTarget(truth: TrainingTarget, rows: Uint32Array): TrainingTarget {
  if (truth.kind === "classes")
    return { ...truth, values: Int32Array.from(rows, (row) => truth.values[row] ?? -1) }
  return { kind: "number", values: Float64Array.from(rows, (row) => truth.values[row] ?? Number.NaN) }
}

/** The values of rows that have one, spread over all rows of the table, so that a row's number finds its value. */
export function spreadTarget({ target, rows }: EncodedTarget, rowCount: number): TrainingTarget {
  if (target.kind === "classes") {
    const values = new Int32Array(rowCount).fill(-1)
    for (const [index, row] of rows.entries()) values[row] = target.values[index] ?? -1
    return { ...target, values }
  }
  const values = new Float64Array(rowCount).fill(Number.NaN)
  for (const [index, row] of rows.entries()) values[row] = target.values[index] ?? Number.NaN
  return { kind: "number", values }
}

async function featuresOfFold(
  input: SelectionInput,
  fold: Fold,
): Promise<{ fit: Features; predict: Features }> {
  const { table, plan, target } = input
  const { signature, fitted } = fitRecipe({ plan, table, trainingRows: fold.fitRows, target })
  return {
    fit: await featuresOf({ table, signature, fitted, rows: fold.fitRows }),
    predict: await featuresOf({ table, signature, fitted, rows: fold.predictRows }),
  }
}

function concatenateRows(parts: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let from = 0
  for (const part of parts) {
    all.set(part, from)
    from += part.length
  }
  return all
}
