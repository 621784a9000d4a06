/** @file The model file of a training job: written once, then read and run like any client would. */
import { canExplain, explain } from "../explain/explain.ts"
import type { FittedLearner } from "../learn/learner.ts"
import { createGraphBuilder } from "../onnx/builder.ts"
import { decodeModel, encodeModel } from "../onnx/codec.ts"
import { declareInputs, emitFeatures } from "../prepare/compile.ts"
import type { FittedRecipe } from "../prepare/fitted-recipe.ts"
import { emitOutputs, metadataKeys, writeMetadata } from "../prepare/outputs.ts"
import { packTable } from "../prepare/pack-table.ts"
import type { Signature } from "../prepare/signature.ts"
import type { Table } from "../table/table.ts"
import type { Features } from "./features.ts"
import type { TrainingReport } from "./report.ts"
import { runRows } from "./run-rows.ts"

/** Rows from which mean contributions are taken; more would not move a bar of a chart. */
const importanceRowsMax = 2_000

export async function writeModelFile(parts: {
  readonly signature: Signature
  readonly fitted: FittedRecipe
  readonly learner: FittedLearner
  readonly features: Features
  readonly targetCentre: number | null
  readonly dataset: TrainingReport["dataset"]
  readonly quernstoneVersion: string
}): Promise<Uint8Array> {
  const { signature, fitted, learner, features, targetCentre, dataset, quernstoneVersion } = parts
  const builder = createGraphBuilder()
  declareInputs(builder, signature)
  const { value } = emitFeatures(builder, signature, fitted, features.form)
  emitOutputs(builder, signature, learner.emit(builder.prefix("m0/"), value), targetCentre)
  const model = builder.build({
    name: signature.target,
    metadata: {
      ...writeMetadata({ signature, fitted, features: features.names }),
      ...(targetCentre === null ? {} : { [metadataKeys.targetCentre]: JSON.stringify(targetCentre) }),
      "quernstone.learner": JSON.stringify(learner.describe()),
      // Codes have no mean: networks keep those of what their codes become.
      ...(features.form === "coded"
        ? {}
        : { "quernstone.feature_means": JSON.stringify(columnMeans(features)) }),
      ...(await learner.metadata?.()),
      "quernstone.dataset": JSON.stringify(dataset),
      "quernstone.version": quernstoneVersion,
    },
  })
  return encodeModel(model)
}

/** Probabilities or predictions of table rows by the served file itself, in ONNX Runtime. */
export async function scoreThroughFile(options: FileAndRows): Promise<Float64Array> {
  const { bytes, table, signature, rows } = options
  const isNumber = signature.task === "regression"
  const width = isNumber ? 1 : (signature.classes?.length ?? 0)
  const scores = new Float64Array(rows.length * width)
  await runRows({
    bytes,
    signature,
    packed: packTable(signature, table, rows),
    output: isNumber ? "prediction" : "probabilities",
    onPart: (part, from) => scores.set(part, from * width),
  })
  return scores
}

/** Columns by mean absolute contribution, over all outputs, largest first; none where the file cannot be explained. */
export async function importanceOf(options: FileAndRows): Promise<TrainingReport["importance"]> {
  const { bytes, table, signature } = options
  const model = decodeModel(bytes)
  if (!canExplain(model)) return []
  const { columns } = signature
  const rows = options.rows.subarray(0, importanceRowsMax)
  const sums = new Float64Array(columns.length)
  let valueCount = 0
  await runRows({
    bytes: encodeModel(explain(model)),
    signature,
    packed: packTable(signature, table, rows),
    output: "contributions",
    onPart: (part) => {
      // [rows, columns, outputs]; the rows of an importance fit one part.
      const outputCount = part.length / (rows.length * columns.length)
      for (const [index, contribution] of part.entries()) {
        const column = Math.floor(index / outputCount) % columns.length
        sums[column] = (sums[column] ?? 0) + Math.abs(contribution)
      }
      valueCount = part.length / columns.length
    },
  })
  return columns
    .map(({ name }, index) => ({ column: name, meanAbsoluteContribution: (sums[index] ?? 0) / valueCount }))
    .sort((a, b) => b.meanAbsoluteContribution - a.meanAbsoluteContribution)
}

type FileAndRows = {
  readonly bytes: Uint8Array
  readonly table: Table
  readonly signature: Signature
  readonly rows: Uint32Array
}

function columnMeans({ rowCount, featureCount, values }: Features): number[] {
  const sums = new Float64Array(featureCount)
  for (const [index, value] of values.entries()) {
    const feature = index % featureCount
    sums[feature] = (sums[feature] ?? 0) + value
  }
  return Array.from(sums, (sum) => sum / rowCount)
}
