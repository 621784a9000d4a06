/** @file Which learner serves: families are compared on predictions of rows that they were not fitted on. */
import assert from "node:assert"

import type { Clock } from "../base/clock.ts"
import { fault } from "../base/errors.ts"
import type { Limits } from "../base/limits.ts"
import type { LearnerDescription, TrainingData, TrainingTarget } from "../learn/learner.ts"
import type { LearningCurve } from "../learn/network.ts"
import type { FeatureForm } from "../prepare/compile.ts"
import { type Fit, fitRecipe } from "../prepare/fit.ts"
import type { RecipePlan } from "../prepare/recipe.ts"
import type { EncodedTarget, Target } from "../prepare/target.ts"
import type { Table } from "../table/table.ts"
import { familiesFor } from "./families.ts"
import { type Family, medianEpoch, type Refit, type TrialFacts } from "./family.ts"
import { type Features, featuresOf } from "./features.ts"
import type { LearnerChoice, LearnerFamily } from "./learner-choice.ts"

/** Rows as (fitted on, predicted) pairs: one of a holdout, five of a cross-validation. */
export type Fold = { readonly fitRows: Uint32Array; readonly predictRows: Uint32Array }

export type Candidate = {
  readonly learner: LearnerFamily
  readonly form: FeatureForm
  readonly parameters: LearnerDescription["parameters"]
  /** Of the rows that folds predict, in `Selection.rows` order; row-major [rows, outputs]. */
  readonly predictions: Float64Array
  readonly fitMs: number
  /** Of the first fold; null for learners without epochs. */
  readonly curve: LearningCurve | null
  /** Epochs for which `refit` trains; null for learners without epochs. */
  readonly bestEpoch: number | null
  readonly refit: Refit
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
  readonly choice: LearnerChoice
  readonly seed: number
  readonly limits: Pick<Limits, "networkSearchOperationsMax">
  readonly clock: Clock
  readonly onProgress: (done: number, total: number) => void
  readonly shouldStop: () => boolean
}

/** One setting of one family over the folds; given up where it found nothing in one of them. */
type Slot = {
  readonly family: Family
  readonly member: number
  readonly predictions: Float64Array
  readonly trials: TrialFacts[]
  isGivenUp: boolean
}

/**
 * Recipes are fitted anew on each fold's own rows: nothing of a predicted row leaks into what predicts it. Throws JOB_CANCELLED, and
 * NETWORK_DIVERGED where only networks are wanted and none converges.
 */
export async function compareLearners(input: SelectionInput): Promise<Selection> {
  const { folds, truth } = input
  const rows = concatenateRows(folds.map(({ predictRows }) => predictRows))
  const valueCount = rows.length * widthOf(truth)
  const families = familiesFor({ ...input, foldCount: folds.length })
  const slots: Slot[] = []
  let from = 0
  for (const [index, fold] of folds.entries()) {
    const fit = fitRecipe({ ...input, trainingRows: fold.fitRows })
    for (const [at, family] of families.entries()) {
      const trials = await fitFold(input, {
        fold,
        fit,
        family,
        onShare: shareOf(input, { index, at, of: families.length }),
      })
      if (index === 0) slots.push(...trials.map((_, member) => newSlot(family, member, valueCount)))
      for (const slot of slots.filter((each) => each.family === family)) {
        const trial = trials[slot.member] ?? null
        if (trial === null) slot.isGivenUp = true
        else {
          slot.trials.push(trial.facts)
          slot.predictions.set(trial.predictions, from * widthOf(truth))
        }
      }
    }
    from += fold.predictRows.length
  }
  return { rows, candidates: slots.filter(({ isGivenUp }) => !isGivenUp).map(candidateOf) }
}

function widthOf(truth: TrainingTarget): number {
  return truth.kind === "classes" ? truth.classCount : 1
}

const progressTotal = 1_000

/** Progress of one family on one fold as progress of all. */
function shareOf(
  { folds, onProgress }: SelectionInput,
  { index, at, of }: { readonly index: number; readonly at: number; readonly of: number },
): (share: number) => void {
  return (share) =>
    onProgress(Math.floor(((index + (at + share) / of) / folds.length) * progressTotal), progressTotal)
}

type Predicted = { readonly facts: TrialFacts; readonly predictions: Float64Array }

async function fitFold(
  { table, truth, shouldStop }: SelectionInput,
  step: {
    readonly fold: Fold
    readonly fit: Fit
    readonly family: Family
    readonly onShare: (share: number) => void
  },
): Promise<(Predicted | null)[]> {
  const { fold, fit, family, onShare } = step
  if (shouldStop()) throw fault("JOB_CANCELLED", {})
  const { form } = family
  const training = await featuresOf({ table, ...fit, rows: fold.fitRows, form })
  const data = trainingData(training, pickTarget(truth, fold.fitRows))
  const trials = await family.fit(data, { shouldStop, onShare })
  const { values, rowCount } = await featuresOf({ table, ...fit, rows: fold.predictRows, form })
  const predicted: (Predicted | null)[] = []
  for (const trial of trials)
    predicted.push(
      trial === null
        ? null
        : { facts: trial.facts, predictions: await trial.learner.predict(values, rowCount) },
    )
  onShare(1)
  return predicted
}

function newSlot(family: Family, member: number, valueCount: number): Slot {
  return { family, member, predictions: new Float64Array(valueCount), trials: [], isGivenUp: false }
}

function candidateOf({ family, member, predictions, trials }: Slot): Candidate {
  const [first] = trials
  assert(first !== undefined)
  const { learner, form } = family
  return {
    learner,
    form,
    parameters: first.parameters,
    predictions,
    fitMs: trials.reduce((sum, { fitMs }) => sum + fitMs, 0),
    curve: first.curve,
    bestEpoch: medianEpoch(trials),
    refit: family.refit(member, trials),
  }
}

export function trainingData(features: Features, target: TrainingTarget): TrainingData {
  const { rowCount, featureCount, values, categories } = features
  return { rowCount, featureCount, features: values, target, weights: null, categories }
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

function concatenateRows(parts: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let from = 0
  for (const part of parts) {
    all.set(part, from)
    from += part.length
  }
  return all
}
