/** @file The model file of a training job: written once, then read and run like any client would. */
import assert from "node:assert"

import { openSession } from "../engine/open-session.ts"
import type { Tensors } from "../engine/session.ts"
import { canExplain, explainLinear } from "../explain/linear.ts"
import type { FittedLearner } from "../learn/learner.ts"
import { createGraphBuilder } from "../onnx/builder.ts"
import { checkModel } from "../onnx/checker.ts"
import { decodeModel, encodeModel } from "../onnx/codec.ts"
import { declareInputs, emitFeatures } from "../prepare/compile.ts"
import { feedsOf } from "../prepare/feeds.ts"
import type { FittedRecipe } from "../prepare/fitted-recipe.ts"
import { emitOutputs, writeMetadata } from "../prepare/outputs.ts"
import { packTable } from "../prepare/pack-table.ts"
import type { Signature } from "../prepare/signature.ts"
import type { Table } from "../table/table.ts"
import { type Features, sliceRows } from "./features.ts"
import type { TrainingReport } from "./report.ts"

const rowsPerRun = 8_192
/** Rows from which mean contributions are taken; more would not move a bar of a chart. */
const importanceRowsMax = 2_000

export function writeModelFile(parts: {
  readonly signature: Signature
  readonly fitted: FittedRecipe
  readonly learner: FittedLearner
  readonly features: Features
  readonly dataset: TrainingReport["dataset"]
  readonly quernstoneVersion: string
}): Uint8Array {
  const { signature, fitted, learner, features, dataset, quernstoneVersion } = parts
  const builder = createGraphBuilder()
  declareInputs(builder, signature)
  const { value } = emitFeatures(builder, signature, fitted)
  emitOutputs(builder, signature, learner.emit(builder.prefix("m0/"), value))
  const model = builder.build({
    name: signature.target,
    metadata: {
      ...writeMetadata({ signature, fitted, features: features.names }),
      "quernstone.learner": JSON.stringify(learner.describe()),
      "quernstone.feature_means": JSON.stringify(columnMeans(features)),
      "quernstone.dataset": JSON.stringify(dataset),
      "quernstone.version": quernstoneVersion,
    },
  })
  checkModel(model)
  return encodeModel(model)
}

/** Probabilities or predictions of table rows by the served file itself, in ONNX Runtime. */
export async function scoreThroughFile(options: {
  readonly bytes: Uint8Array
  readonly table: Table
  readonly signature: Signature
  readonly rows: Uint32Array
}): Promise<Float64Array> {
  const name = options.signature.task === "regression" ? "prediction" : "probabilities"
  const parts = await runFile(options, options.bytes, (outputs) => floats(outputs, name))
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  let from = 0
  for (const part of parts) {
    all.set(part, from)
    from += part.length
  }
  return all
}

/** Columns by mean absolute contribution, largest first; none where the file has no linear part. */
export async function importanceOf(options: {
  readonly bytes: Uint8Array
  readonly table: Table
  readonly signature: Signature
  readonly rows: Uint32Array
}): Promise<TrainingReport["importance"]> {
  const model = decodeModel(options.bytes)
  if (!canExplain(model)) return []
  const rows = options.rows.subarray(0, importanceRowsMax)
  const { columns } = options.signature
  const sums = new Float64Array(columns.length)
  const parts = await runFile({ ...options, rows }, encodeModel(explainLinear(model)), (outputs) =>
    floats(outputs, "contributions"),
  )
  let count = 0
  for (const part of parts) {
    const outputCount = outputsPerColumn(part.length, columns.length, rows.length, parts.length)
    for (const [index, contribution] of part.entries()) {
      const column = Math.floor(index / outputCount) % columns.length
      sums[column] = (sums[column] ?? 0) + Math.abs(contribution)
    }
    count += part.length / columns.length
  }
  return columns
    .map(({ name }, index) => ({
      column: name,
      meanAbsoluteContribution: (sums[index] ?? 0) / Math.max(1, count),
    }))
    .sort((a, b) => b.meanAbsoluteContribution - a.meanAbsoluteContribution)
}

function outputsPerColumn(length: number, columnCount: number, rowCount: number, runCount: number): number {
  assert(runCount === 1, "the rows of an importance fit one run")
  return length / (columnCount * rowCount)
}

async function runFile<T>(
  options: { readonly table: Table; readonly signature: Signature; readonly rows: Uint32Array },
  bytes: Uint8Array,
  read: (outputs: Tensors) => T,
): Promise<T[]> {
  const { table, signature, rows } = options
  const packed = packTable(signature, table, rows)
  const session = await openSession(bytes, { threads: 1 })
  try {
    const results: T[] = []
    for (let from = 0; from < packed.rowCount; from += rowsPerRun)
      results.push(
        read(
          await session.run(
            feedsOf(signature, sliceRows(packed, from, Math.min(from + rowsPerRun, packed.rowCount))),
          ),
        ),
      )
    return results
  } finally {
    await session.close()
  }
}

function columnMeans({ rowCount, featureCount, values }: Features): number[] {
  const sums = new Float64Array(featureCount)
  for (const [index, value] of values.entries()) {
    const feature = index % featureCount
    sums[feature] = (sums[feature] ?? 0) + value
  }
  return Array.from(sums, (sum) => sum / rowCount)
}

function floats(outputs: Tensors, name: string): Float32Array | Float64Array {
  const tensor = outputs[name]
  assert(tensor?.type === "float32" || tensor?.type === "float64", `the file has no numeric output ${name}`)
  return tensor.data
}
