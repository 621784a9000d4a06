/** @file Tables in repeated folds, for benches that compare learners with a peer on the same rows. */
import assert from "node:assert"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { defaultLimits } from "../src/base/limits.ts"
import { openSession } from "../src/engine/open-session.ts"
import type { Tensor } from "../src/engine/session.ts"
import { logLoss, rootMeanSquaredError } from "../src/evaluate/metrics.ts"
import { randomUint32, streamKey } from "../src/evaluate/random.ts"
import type { TrainingData, TrainingTarget } from "../src/learn/learner.ts"
import { createGraphBuilder } from "../src/onnx/builder.ts"
import { encodeModel } from "../src/onnx/codec.ts"
import { declareInputs, emitFeatures, type FeatureForm } from "../src/prepare/compile.ts"
import type { Fit } from "../src/prepare/fit.ts"
import { packTable } from "../src/prepare/pack-table.ts"
import { importCsv } from "../src/table/import-csv.ts"
import { readTable } from "../src/table/read-table.ts"
import type { Table } from "../src/table/table.ts"

export const foldCount = 5
export const repeatCount = 5

export async function readCsv(path: string): Promise<Table> {
  const folder = await mkdtemp(join(tmpdir(), "quernstone-bench-"))
  try {
    const imported = await importCsv({ sourcePath: path, folder, options: {}, limits: defaultLimits })
    return await readTable({ path: imported.parquetPath, folder })
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The fold that each row is tested in: equal sizes, in a random order that depends on the repeat alone. */
export function foldsOf(rowCount: number, repeat: number): Uint8Array {
  const key = streamKey({ seed: 1, stream: repeat })
  const order = Uint32Array.from({ length: rowCount }, (_, row) => row).sort(
    (a, b) => randomUint32(key, a) - randomUint32(key, b),
  )
  const folds = new Uint8Array(rowCount)
  for (const [place, row] of order.entries()) folds[row] = place % foldCount
  return folds
}

/** Features as the served file computes them, in ONNX Runtime. */
export async function featuresOf(
  table: Table,
  { signature, fitted }: Fit,
  rows: Uint32Array,
  form: FeatureForm = "oneHot",
): Promise<Pick<TrainingData, "rowCount" | "featureCount" | "features" | "categories">> {
  const builder = createGraphBuilder()
  declareInputs(builder, signature)
  const { value, features, categories } = emitFeatures(builder, signature, fitted, form)
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
    return {
      rowCount: rows.length,
      featureCount: features.length,
      features: outputs.features.data,
      categories,
    }
  } finally {
    await session.close()
  }
}

export function targetOf(truth: TrainingTarget, rows: Uint32Array): TrainingTarget {
  return truth.kind === "number"
    ? { kind: "number", values: Float64Array.from(rows, (row) => truth.values[row] ?? 0) }
    : { ...truth, values: Int32Array.from(rows, (row) => truth.values[row] ?? 0) }
}

export function lossOf(predictions: Float64Array, truth: TrainingTarget): number {
  return truth.kind === "number"
    ? rootMeanSquaredError({ predictions, targets: truth.values })
    : logLoss({ classCount: truth.classCount, probabilities: predictions, targets: truth.values })
}

/** The paired difference with its standard error over folds, corrected for their overlap (Nadeau and Bengio 2003). */
export function pairedSentence(ours: readonly number[], theirs: readonly number[], unit: string): string {
  const differences = theirs.map((loss, at) => loss - (ours[at] ?? 0))
  const centre = mean(differences)
  const variance =
    differences.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (differences.length - 1)
  const error = Math.sqrt(variance * (1 / differences.length + 1 / (foldCount - 1)))
  return `scikit-learn's ${unit} minus ours ${centre.toPrecision(3)} ± ${error.toPrecision(2)} (standard error)`
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
