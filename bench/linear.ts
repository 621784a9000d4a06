/** @file Do our linear models, from CSV to prediction, lose less than scikit-learn's? 5 x 5 repeated folds, the same rows, paired. */
import assert from "node:assert"

import { z } from "zod"

import { fitLinear } from "../src/learn/linear.ts"
import { fitRecipe } from "../src/prepare/fit.ts"
import { inferRecipe } from "../src/prepare/infer-recipe.ts"
import type { RecipePlan } from "../src/prepare/recipe.ts"
import { encodeTarget, inferTarget } from "../src/prepare/target.ts"
import type { Table } from "../src/table/table.ts"
import { askPython, preparePython } from "./peers/python.ts"
import { type BenchOptions, type BenchResult, median } from "./report.ts"
import {
  featuresOf,
  foldCount,
  foldsOf,
  lossOf,
  mean,
  pairedSentence,
  readCsv,
  repeatCount,
  targetOf,
} from "./table-folds.ts"

/** Both sides' default: C = 1, alpha = 1. */
const penalty = 1

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
        requirementsPath: "bench/peers/tables/requirements.txt",
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
            { python: options.python, script: "bench/peers/tables/score.py" },
            {
              csv,
              target: set.target,
              task,
              learner: "linear",
              penalty,
              ignore: [],
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
        { ...training, target: targetOf(truth, trainingRows), weights: null },
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
