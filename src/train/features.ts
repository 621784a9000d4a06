/** @file Training features come out of the same graph nodes that the served file has, so that there is no skew to test for. */
import { createGraphBuilder } from "../onnx/builder.ts"
import { encodeModel } from "../onnx/codec.ts"
import { declareInputs, type EmittedFeatures, emitFeatures, type FeatureForm } from "../prepare/compile.ts"
import type { Feature, FittedRecipe } from "../prepare/fitted-recipe.ts"
import { packTable } from "../prepare/pack-table.ts"
import type { Signature } from "../prepare/signature.ts"
import type { Table } from "../table/table.ts"
import { runRows } from "./run-rows.ts"

export type Features = {
  readonly rowCount: number
  readonly featureCount: number
  /** Row-major [rowCount, featureCount]. */
  readonly values: Float32Array
  readonly names: readonly Feature[]
  readonly form: FeatureForm
  readonly categories: EmittedFeatures["categories"]
}

/** Features of chosen rows of a table. */
export async function featuresOf(options: {
  readonly table: Table
  readonly signature: Signature
  readonly fitted: FittedRecipe
  readonly rows: Uint32Array
  readonly form: FeatureForm
}): Promise<Features> {
  const { table, signature, fitted, rows, form } = options
  const builder = createGraphBuilder()
  declareInputs(builder, signature)
  const { value, features, categories } = emitFeatures(builder, signature, fitted, form)
  builder.output(value, "features", "float32", ["batch", features.length])
  const values = new Float32Array(rows.length * features.length)
  await runRows({
    bytes: encodeModel(builder.build({ name: "features", metadata: {} })),
    signature,
    packed: packTable(signature, table, rows),
    output: "features",
    onPart: (part, from) => values.set(part, from * features.length),
  })
  return { rowCount: rows.length, featureCount: features.length, values, names: features, form, categories }
}
