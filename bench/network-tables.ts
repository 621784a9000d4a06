/** @file Do our networks, with their defaults, lose less on tables than scikit-learn's? 5 x 5 repeated folds, the same rows, paired. */
import assert from "node:assert"

import { z } from "zod"

import { defaultNetworkSettings, fitNetwork } from "../src/learn/network.ts"
import { fitRecipe } from "../src/prepare/fit.ts"
import { inferRecipe } from "../src/prepare/infer-recipe.ts"
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

const sets = [
  { name: "iris", target: "species" },
  { name: "wine", target: "cultivar" },
  { name: "breast_cancer", target: "diagnosis" },
  { name: "digits_8x8", target: "digit" },
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
  const ours = await scoreOurs(table, set.target, folds)
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
              learner: "network",
              penalty: null,
              ignore: [],
              folds: folds.map((fold) => [...fold]),
            },
          ),
        )
  if (theirs !== null) console.log(`${set.name}: ${pairedSentence(ours.losses, theirs.losses, unit)}`)
  const result = (name: string, of: string, read: (scores: Scores) => number): BenchResult => {
    const peer = theirs === null ? null : read(theirs)
    return {
      case: name,
      unit: of,
      ours: read(ours),
      peer,
      peerName: theirs === null ? null : `scikit-learn ${theirs.version}`,
      ratio: peer === null ? null : peer / read(ours),
    }
  }
  return [
    result(set.name, unit, ({ losses }) => mean(losses)),
    result(`${set.name}, recipe and fit`, "ms", ({ fitMs }) => median(fitMs)),
  ]
}

const answerSchema = z.object({
  version: z.string(),
  losses: z.array(z.number()),
  fitMs: z.array(z.number()),
})

async function scoreOurs(table: Table, targetName: string, repeats: readonly Uint8Array[]): Promise<Scores> {
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
      const { plan } = inferRecipe(table, { target: targetName, trainingRows })
      const fit = fitRecipe({ plan, table, target, trainingRows })
      const training = await featuresOf(table, fit, trainingRows, "coded")
      const learner = await fitNetwork(
        { ...training, target: targetOf(truth, trainingRows), weights: null },
        { ...defaultNetworkSettings, seed: losses.length + 1 },
      )
      fitMs.push(performance.now() - started)
      assert(learner !== null)
      const test = await featuresOf(table, fit, testRows, "coded")
      losses.push(lossOf(await learner.predict(test.features, test.rowCount), targetOf(truth, testRows)))
    }
  return { losses, fitMs }
}
