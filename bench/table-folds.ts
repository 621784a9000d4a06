/** @file Learners on tables in repeated folds beside scikit-learn's: 5 x 5 folds, the same rows, paired. */
import assert from "node:assert"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { z } from "zod"

import { defaultLimits } from "../src/base/limits.ts"
import { logLoss, rootMeanSquaredError } from "../src/evaluate/metrics.ts"
import { randomUint32, streamKey } from "../src/evaluate/random.ts"
import type { FittedLearner, TrainingData, TrainingTarget } from "../src/learn/learner.ts"
import type { FeatureForm } from "../src/prepare/compile.ts"
import { fitRecipe } from "../src/prepare/fit.ts"
import { inferRecipe } from "../src/prepare/infer-recipe.ts"
import type { RecipePlan } from "../src/prepare/recipe.ts"
import { encodeTarget, inferTarget } from "../src/prepare/target.ts"
import { importCsv } from "../src/table/import-csv.ts"
import { readTable } from "../src/table/read-table.ts"
import type { Table } from "../src/table/table.ts"
import { featuresOf } from "../src/train/features.ts"
import { pickTarget, trainingData } from "../src/train/selection.ts"
import { askPython, preparePython } from "./peers/python.ts"
import { type BenchOptions, type BenchResult, median } from "./report.ts"

const foldCount = 5
const repeatCount = 5

/** A file of examples/data, and what of it is predicted. */
export type TableSet = { readonly name: string; readonly target: string }

/** One way of ours to fit a fold's rows; `fold` counts over all repeats. */
export type Contender = {
  /** Behind the name of the set in the results; empty for the one that is timed and paired. */
  readonly suffix: string
  readonly form: FeatureForm
  readonly plan: (inferred: RecipePlan) => RecipePlan
  readonly fit: (data: TrainingData, fold: number) => Promise<FittedLearner> | FittedLearner
}

/** The peer's learner of bench/peers/tables/score.py. */
export type Peer = { readonly learner: "linear" | "network"; readonly penalty: number | null }

/** Without peers: the first set, one repeat. */
export async function compareOnTables(
  sets: readonly TableSet[],
  contest: { readonly contenders: readonly Contender[]; readonly peer: Peer },
  { isSmallest }: BenchOptions,
): Promise<BenchResult[]> {
  const python = isSmallest
    ? null
    : await preparePython({
        requirementsPath: "bench/peers/tables/requirements.txt",
        cacheFolder: process.env.XDG_CACHE_HOME ?? null,
      })
  const results: BenchResult[] = []
  for (const set of isSmallest ? sets.slice(0, 1) : sets)
    results.push(...(await compareOn(set, contest, { python, repeats: isSmallest ? 1 : repeatCount })))
  return results
}

const answerSchema = z.object({
  version: z.string(),
  losses: z.array(z.number()),
  fitMs: z.array(z.number()),
})

type Scores = { readonly losses: readonly number[]; readonly fitMs: readonly number[] }

async function compareOn(
  set: TableSet,
  { contenders, peer }: { readonly contenders: readonly Contender[]; readonly peer: Peer },
  { python, repeats }: { readonly python: string | null; readonly repeats: number },
): Promise<BenchResult[]> {
  const csv = `examples/data/${set.name}.csv`
  const table = await readCsv(csv)
  const folds = Array.from({ length: repeats }, (_, repeat) => foldsOf(table.rowCount, repeat))
  const { task } = inferTarget(table, { target: set.target })
  const unit = task === "regression" ? "RMSE" : "log loss"
  const request = { csv, target: set.target, task, ...peer, folds: folds.map((fold) => [...fold]) }
  const script = "bench/peers/tables/score.py"
  const theirs = python === null ? null : answerSchema.parse(await askPython({ python, script }, request))
  const result = (name: string, of: string, scores: Scores, read: (scores: Scores) => number) => {
    const [ours, peerValue] = [read(scores), theirs === null ? null : read(theirs)]
    const peerName = theirs === null ? null : `scikit-learn ${theirs.version}`
    const ratio = peerValue === null ? null : peerValue / ours
    return { case: name, unit: of, ours, peer: peerValue, peerName, ratio }
  }
  const results: BenchResult[] = []
  for (const contender of contenders) {
    const ours = await scoreOurs(table, { target: set.target, contender, folds })
    results.push(result(`${set.name}${contender.suffix}`, unit, ours, ({ losses }) => mean(losses)))
    if (contender.suffix !== "") continue
    results.push(result(`${set.name}, recipe and fit`, "ms", ours, ({ fitMs }) => median(fitMs)))
    if (theirs !== null) console.log(`${set.name}: ${pairedSentence(ours.losses, theirs.losses, unit)}`)
  }
  return results
}

async function readCsv(path: string): Promise<Table> {
  const folder = await mkdtemp(join(tmpdir(), "quernstone-bench-"))
  try {
    const imported = await importCsv({ sourcePath: path, folder, options: {}, limits: defaultLimits })
    return await readTable({ path: imported.parquetPath, folder })
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The fold that each row is tested in: equal sizes, in a random order that depends on the repeat alone. */
function foldsOf(rowCount: number, repeat: number): Uint8Array {
  const key = streamKey({ seed: 1, stream: repeat })
  const order = Uint32Array.from({ length: rowCount }, (_, row) => row).sort(
    (a, b) => randomUint32(key, a) - randomUint32(key, b),
  )
  const folds = new Uint8Array(rowCount)
  for (const [place, row] of order.entries()) folds[row] = place % foldCount
  return folds
}

async function scoreOurs(
  table: Table,
  options: {
    readonly target: string
    readonly contender: Contender
    readonly folds: readonly Uint8Array[]
  },
): Promise<Scores> {
  const { target: name, contender, folds: repeats } = options
  const { form } = contender
  const target = inferTarget(table, { target: name })
  const { target: truth } = encodeTarget(table, target)
  assert(truth.values.length === table.rowCount, "the sets have no row without a target")
  const losses: number[] = []
  const fitMs: number[] = []
  for (const folds of repeats)
    for (let fold = 0; fold < foldCount; fold++) {
      const rows = Uint32Array.from({ length: table.rowCount }, (_, row) => row)
      const trainingRows = rows.filter((row) => folds[row] !== fold)
      const testRows = rows.filter((row) => folds[row] === fold)
      const started = performance.now()
      const plan = contender.plan(inferRecipe(table, { target: name, trainingRows }).plan)
      const fit = fitRecipe({ plan, table, target, trainingRows })
      const training = await featuresOf({ table, ...fit, rows: trainingRows, form })
      const learner = await contender.fit(
        trainingData(training, pickTarget(truth, trainingRows)),
        losses.length,
      )
      fitMs.push(performance.now() - started)
      const { values, rowCount } = await featuresOf({ table, ...fit, rows: testRows, form })
      losses.push(lossOf(await learner.predict(values, rowCount), pickTarget(truth, testRows)))
    }
  return { losses, fitMs }
}

function lossOf(predictions: Float64Array, truth: TrainingTarget): number {
  return truth.kind === "number"
    ? rootMeanSquaredError({ predictions, targets: truth.values })
    : logLoss({ classCount: truth.classCount, probabilities: predictions, targets: truth.values })
}

/** The paired difference with its standard error over folds, corrected for their overlap (Nadeau and Bengio 2003). */
function pairedSentence(ours: readonly number[], theirs: readonly number[], unit: string): string {
  const differences = theirs.map((loss, at) => loss - (ours[at] ?? 0))
  const centre = mean(differences)
  const variance =
    differences.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (differences.length - 1)
  const error = Math.sqrt(variance * (1 / differences.length + 1 / (foldCount - 1)))
  return `scikit-learn's ${unit} minus ours ${centre.toPrecision(3)} ± ${error.toPrecision(2)} (standard error)`
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
