/** @file Do our linear models, from CSV to prediction, lose less than scikit-learn's? 5 x 5 repeated folds, the same rows, paired. */
import assert from "node:assert"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { z } from "zod"

import { defaultLimits } from "../src/base/limits.ts"
import { openSession } from "../src/engine/open-session.ts"
import type { Tensor } from "../src/engine/session.ts"
import { logLoss, rootMeanSquaredError } from "../src/evaluate/metrics.ts"
import { randomUint32, streamKey } from "../src/evaluate/random.ts"
import type { TrainingTarget } from "../src/learn/learner.ts"
import { fitLinear } from "../src/learn/linear.ts"
import { createGraphBuilder } from "../src/onnx/builder.ts"
import { encodeModel } from "../src/onnx/codec.ts"
import { declareInputs, emitFeatures } from "../src/prepare/compile.ts"
import { type Fit, fitRecipe } from "../src/prepare/fit.ts"
import { inferRecipe } from "../src/prepare/infer-recipe.ts"
import { packTable } from "../src/prepare/pack-table.ts"
import type { RecipePlan } from "../src/prepare/recipe.ts"
import { encodeTarget, inferTarget } from "../src/prepare/target.ts"
import { importCsv } from "../src/table/import-csv.ts"
import { readTable } from "../src/table/read-table.ts"
import type { Table } from "../src/table/table.ts"
import { askPython, preparePython } from "./peers/python.ts"
import { type BenchOptions, type BenchResult, median } from "./report.ts"

/** Both sides' default: C = 1, alpha = 1. */
const penalty = 1
const foldCount = 5
const repeatCount = 5

const sets = [
  { name: "iris", target: "species" },
  { name: "wine", target: "cultivar" },
  { name: "breast_cancer", target: "diagnosis" },
  { name: "diabetes_progression", target: "progression" },
  { name: "flights_late_25k", target: "late" },
] as const

export async function run({ isSmallest }: BenchOptions): Promise<BenchResult[]> {
  const python = isSmallest
    ? null
    : await preparePython({
        requirementsPath: "bench/peers/linear/requirements.txt",
        cacheFolder: process.env.XDG_CACHE_HOME ?? null,
      })
  const results: BenchResult[] = []
  for (const set of isSmallest ? sets.slice(0, 1) : sets)
    results.push(...(await compareOn(set, { python, repeats: isSmallest ? 1 : repeatCount })))
  return results
}

type Scores = { readonly losses: readonly number[]; readonly fitMs: readonly number[] }

async function compareOn(
  set: (typeof sets)[number],
  options: { readonly python: string | null; readonly repeats: number },
): Promise<BenchResult[]> {
  const csv = `examples/data/${set.name}.csv`
  const table = await readCsv(csv)
  const folds = Array.from({ length: options.repeats }, (_, repeat) => foldsOf(table.rowCount, repeat))
  const { task } = inferTarget(table, { target: set.target })
  const ours = await scoreOurs(table, { target: set.target, isClipped: true }, folds)
  const unit = task === "regression" ? "RMSE" : "log loss"
  const theirs =
    options.python === null
      ? null
      : answerSchema.parse(
          await askPython(
            { python: options.python, script: "bench/peers/linear/score.py" },
            {
              csv,
              target: set.target,
              task,
              penalty,
              folds: folds.map((fold) => [...fold]),
            },
          ),
        )
  const peerName = theirs === null ? null : `scikit-learn ${theirs.version}`
  if (theirs !== null) console.log(`${set.name}: ${pairedSentence(ours.losses, theirs.losses, unit)}`)
  const result = (name: string, of: string, read: (scores: Scores) => number): BenchResult => {
    const peer = theirs === null ? null : read(theirs)
    return {
      case: name,
      unit: of,
      ours: read(ours),
      peer,
      peerName,
      ratio: peer === null ? null : peer / read(ours),
    }
  }
  const sameRecipe = await scoreOurs(table, { target: set.target, isClipped: false }, folds)
  return [
    result(set.name, unit, ({ losses }) => mean(losses)),
    {
      ...result(`${set.name}, without clipping`, unit, ({ losses }) => mean(losses)),
      ...oursOf(sameRecipe, theirs),
    },
    result(`${set.name}, recipe and fit`, "ms", ({ fitMs }) => median(fitMs)),
  ]
}

/** scikit-learn's pipeline draws no outlier in: without clipping, the recipes of sets without rare levels are the same. */
function oursOf(scores: Scores, theirs: Scores | null): Pick<BenchResult, "ours" | "ratio"> {
  const ours = mean(scores.losses)
  return { ours, ratio: theirs === null ? null : mean(theirs.losses) / ours }
}

const answerSchema = z.object({
  version: z.string(),
  losses: z.array(z.number()),
  fitMs: z.array(z.number()),
})

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
  { target: targetName, isClipped }: { readonly target: string; readonly isClipped: boolean },
  repeats: readonly Uint8Array[],
): Promise<Scores> {
  const target = inferTarget(table, { target: targetName })
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
      const inferred = inferRecipe(table, { target: targetName, trainingRows }).plan
      const plan = isClipped ? inferred : withoutClipping(inferred)
      const fit = fitRecipe({ plan, table, target, trainingRows })
      const training = await featuresOf(table, fit, trainingRows)
      const learner = fitLinear(
        { ...training, target: targetOf(truth, trainingRows), weights: null, categories: [] },
        { penalty, l1Ratio: 0 },
      )
      fitMs.push(performance.now() - started)
      assert(learner !== null)
      const test = await featuresOf(table, fit, testRows)
      losses.push(lossOf(learner.predict(test.features, test.rowCount), targetOf(truth, testRows)))
    }
  return { losses, fitMs }
}

function withoutClipping(plan: RecipePlan): RecipePlan {
  return {
    ...plan,
    columns: plan.columns.map((column) => (column.use === "number" ? { ...column, clip: null } : column)),
  }
}

/** Features as the served file computes them, in ONNX Runtime. */
async function featuresOf(
  table: Table,
  { signature, fitted }: Fit,
  rows: Uint32Array,
): Promise<{ rowCount: number; featureCount: number; features: Float32Array }> {
  const builder = createGraphBuilder()
  declareInputs(builder, signature)
  const { value, features } = emitFeatures(builder, signature, fitted)
  builder.output(value, "features", "float32", ["batch", features.length])
  const bytes = encodeModel(builder.build({ name: "features", metadata: {} }))
  const session = await openSession(bytes, { threads: 1 })
  try {
    const { numeric, numeric64, text } = packTable(signature, table, rows)
    const feeds: Record<string, Tensor> = {}
    const shape = (values: { readonly length: number }) => [rows.length, values.length / rows.length]
    if (numeric !== null) feeds.numeric = { type: "float32", shape: shape(numeric), data: numeric }
    if (numeric64 !== null) feeds.numeric64 = { type: "float64", shape: shape(numeric64), data: numeric64 }
    if (text !== null) feeds.text = { type: "string", shape: shape(text), data: text }
    const outputs = await session.run(feeds)
    assert(outputs.features?.type === "float32")
    return { rowCount: rows.length, featureCount: features.length, features: outputs.features.data }
  } finally {
    await session.close()
  }
}

function targetOf(truth: TrainingTarget, rows: Uint32Array): TrainingTarget {
  return truth.kind === "number"
    ? { kind: "number", values: Float64Array.from(rows, (row) => truth.values[row] ?? 0) }
    : { ...truth, values: Int32Array.from(rows, (row) => truth.values[row] ?? 0) }
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
