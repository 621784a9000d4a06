/** @file From a table to a model file and its report: split, compare, choose, refit, write, score through the file. */
import assert from "node:assert"

import type { Clock } from "../base/clock.ts"
import { fault } from "../base/errors.ts"
import type { Limits } from "../base/limits.ts"
import type { TrainingTarget } from "../learn/learner.ts"
import { fitRecipe } from "../prepare/fit.ts"
import { type InferredRecipe, inferRecipe } from "../prepare/infer-recipe.ts"
import { targetCentreOf } from "../prepare/outputs.ts"
import type { RecipePlan } from "../prepare/recipe.ts"
import type { RecipeReason } from "../prepare/recipe-reasons.ts"
import type { Signature, Task } from "../prepare/signature.ts"
import { encodeTarget, inferTarget, type Target } from "../prepare/target.ts"
import { columnOf, type Table } from "../table/table.ts"
import { exampleOf } from "./example.ts"
import { type Features, featuresOf } from "./features.ts"
import { checkLoss, type LearnerChoice } from "./learner-choice.ts"
import { thinned } from "./learning-curve.ts"
import { importanceOf, writeModelFile } from "./model-file.ts"
import type { Score, TrainingReport } from "./report.ts"
import { primaryScoreOf, scoreTest } from "./scoring.ts"
import {
  type Candidate,
  compareLearners,
  pickTarget,
  type Selection,
  spreadTarget,
  trainingData,
} from "./selection.ts"
import { type RowSplit, splitRows } from "./split-rows.ts"

export type PipelineInput = {
  readonly table: Table
  readonly target: string
  readonly task: Task | null
  readonly positive: string | number | null
  /** The user's own recipe; inferred when null. */
  readonly plan: RecipePlan | null
  readonly choice: LearnerChoice
  readonly seed: number
  readonly dataset: TrainingReport["dataset"]
  readonly quernstoneVersion: string
  readonly limits: Limits
  readonly clock: Clock
  readonly onProgress: (phase: string, done: number, total: number) => void
  readonly shouldStop: () => boolean
}

export type PipelineOutput = {
  readonly bytes: Uint8Array
  readonly signature: Signature
  readonly report: TrainingReport
}

type Scored = { readonly candidate: Candidate; readonly validation: Score }

/** Throws what `inferTarget`, `checkLoss`, `splitRows`, `fitRecipe` and `compareLearners` throw, and JOB_CANCELLED. */
export async function trainModel(input: PipelineInput): Promise<PipelineOutput> {
  const { table, clock, seed, onProgress } = input
  const startedMs = clock.monotonicMs()
  const { target, encoded, truth, targetCentre, centred } = prepareTarget(input)
  const split = splitRows({
    table,
    names: learnableColumns(
      input.plan ?? inferRecipe(table, { target: target.name, trainingRows: encoded.rows }).plan,
      table,
      target.name,
    ),
    rows: encoded.rows,
    seed,
    limits: input.limits,
  })
  const recipe = inferRecipe(table, { target: target.name, trainingRows: split.trainRows })
  const plan = input.plan ?? recipe.plan
  const selection = await compareLearners({
    table,
    plan,
    target,
    truth: centred,
    folds: split.folds,
    choice: input.choice,
    seed,
    limits: input.limits,
    clock,
    onProgress: (done, total) => onProgress("comparing", done, total),
    shouldStop: input.shouldStop,
  })
  const scored = scoreCandidates(selection, { target, truth: centred, seed })
  const chosen = chooseBest(scored, input.choice)
  const { signature, fitted } = fitRecipe({ plan, table, trainingRows: split.allButTest, target })
  const { form, refit } = chosen.candidate
  const features = await featuresOf({ table, signature, fitted, rows: split.allButTest, form })
  const learner = await refit(trainingData(features, pickTarget(centred, split.allButTest)), {
    shouldStop: input.shouldStop,
    onShare: (share) => onProgress("refitting", Math.floor(share * 100), 100),
  })
  const { dataset, quernstoneVersion } = input
  const bytes = await writeModelFile({
    signature,
    fitted,
    learner,
    features,
    targetCentre,
    dataset,
    quernstoneVersion,
  })
  onProgress("scoring", 0, 1)
  const test = await scoreTest({ table, target, truth, bytes, signature, split, seed })
  const report: TrainingReport = {
    ...describeRun({
      input,
      target,
      split,
      plan,
      reasons: input.plan === null ? recipe.reasons : new Map(),
      features,
      withTarget: encoded.rows.length,
    }),
    threshold: signature.threshold,
    leaderboard: scored.map((each) => leaderboardEntry(each, each === chosen)),
    primaryMetric: chosen.validation.name,
    test,
    importance: await importanceOf({ bytes, table, signature, rows: split.allButTest }),
    example: exampleOf({ table, signature, target: target.name, row: split.testRows[0] ?? 0 }),
    durationMs: clock.monotonicMs() - startedMs,
  }
  onProgress("scoring", 1, 1)
  return { bytes, signature, report }
}

function leaderboardEntry(
  { candidate, validation }: Scored,
  isChosen: boolean,
): TrainingReport["leaderboard"][number] {
  const { learner, parameters, fitMs, curve, bestEpoch } = candidate
  const plain = Object.entries(parameters).map(([name, value]) => [
    name,
    typeof value === "object" ? [...value] : value,
  ])
  return {
    learner,
    parameters: Object.fromEntries(plain),
    validation,
    fitMs,
    isChosen,
    curve: curve === null ? null : thinned(curve),
    bestEpoch,
  }
}

function prepareTarget(input: PipelineInput) {
  const { table, task, positive } = input
  const target = inferTarget(table, {
    target: input.target,
    ...(task === null ? {} : { task }),
    ...(positive === null ? {} : { positiveClass: positive }),
  })
  const encoded = encodeTarget(table, target)
  checkLoss(input.choice.network, target, encoded.target)
  const truth = spreadTarget(encoded, table.rowCount)
  // Counts must stay what they are: less their mean, half of them would be below zero.
  const isCentred = encoded.target.kind === "number" && input.choice.network.loss !== "poisson"
  const targetCentre = isCentred ? targetCentreOf(Float64Array.from(encoded.target.values)) : null
  return { target, encoded, truth, targetCentre, centred: centredTarget(truth, targetCentre) }
}

/** Learners see a large target around its centre: what float32 would round away of it, they learn. */
function centredTarget(truth: TrainingTarget, centre: number | null): TrainingTarget {
  if (truth.kind === "classes" || centre === null) return truth
  return { kind: "number", values: truth.values.map((value) => value - centre) }
}

/** Checked before the split hashes them: rows told apart by no column would all seem to be one. */
function learnableColumns(plan: RecipePlan, table: Table, target: string): string[] {
  const used = plan.columns.filter(({ use, name }) => use !== "ignore" && name !== target)
  const names = used.map(({ name }) => name)
  if (names.length === 0) throw fault("RECIPE_EMPTY", { target })
  const unknown = names.find((name) => columnOf(table, name) === undefined)
  if (unknown !== undefined) throw fault("RECIPE_COLUMN_UNKNOWN", { column: unknown })
  return names
}

/** The part of the report that says what was done to which rows and columns. */
function describeRun(options: {
  readonly input: PipelineInput
  readonly target: Target
  readonly split: RowSplit
  readonly plan: RecipePlan
  /** Why the inferred recipe uses a column as it does; a recipe that was given has its own. */
  readonly reasons: InferredRecipe["reasons"]
  readonly features: Features
  readonly withTarget: number
}) {
  const { input, target, split, plan, reasons, features } = options
  return {
    version: 2 as const,
    task: target.task,
    target: target.name,
    classes: target.classes === null ? null : [...target.classes],
    positiveClass: target.positiveClass,
    dataset: input.dataset,
    split: {
      strategy: split.strategy,
      seed: input.seed,
      rows: { ...split.counts, withoutTarget: input.table.rowCount - options.withTarget },
    },
    columns: plan.columns.map(({ name, use }) => ({
      name,
      use,
      reason: sentenceOf(reasons.get(name)),
      featureCount: features.names.filter(({ column }) => column === name).length,
    })),
    recipe: plan,
    warnings: [],
  }
}

/** The report keeps the reason's key and numbers; whoever shows it says it in his language. */
function sentenceOf(reason: RecipeReason | undefined): TrainingReport["columns"][number]["reason"] {
  return reason === undefined ? null : { key: reason.key, parameters: { ...reason.parameters } }
}

function scoreCandidates(
  selection: Selection,
  context: {
    readonly target: Target
    readonly truth: TrainingTarget
    readonly seed: number
  },
): Scored[] {
  const { target, seed } = context
  const truth = pickTarget(context.truth, selection.rows)
  return selection.candidates.map((candidate) => ({
    candidate,
    validation: primaryScoreOf({ target, predictions: candidate.predictions, truth, seed }),
  }))
}

/** Best of the wanted family on the rows that folds predicted; a tie goes to the earlier, simpler one. */
function chooseBest(scored: readonly Scored[], { learner }: LearnerChoice): Scored {
  const [first, ...rest] = scored.filter(({ candidate }) => learner === null || candidate.learner === learner)
  assert(first !== undefined)
  return rest.reduce((best, next) => (next.validation.value < best.validation.value ? next : best), first)
}
