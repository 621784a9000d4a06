/** @file Small tables with every kind of column, and models that put their features out. */
import type { TestContext } from "node:test"

import { openSession } from "../../src/engine/open-session.ts"
import type { Session } from "../../src/engine/session.ts"
import { createGraphBuilder } from "../../src/onnx/builder.ts"
import { encodeModel } from "../../src/onnx/codec.ts"
import {
  declareInputs,
  type EmittedFeatures,
  emitFeatures,
  type FeatureForm,
} from "../../src/prepare/compile.ts"
import { feedsOf } from "../../src/prepare/feeds.ts"
import type { Fit } from "../../src/prepare/fit.ts"
import { fitRecipe } from "../../src/prepare/fit.ts"
import { inferRecipe } from "../../src/prepare/infer-recipe.ts"
import { allRows } from "../../src/prepare/pack-table.ts"
import type { RecipePlan } from "../../src/prepare/recipe.ts"
import type { PackedRows, Signature } from "../../src/prepare/signature.ts"
import { inferTarget } from "../../src/prepare/target.ts"
import type { Table, TableColumn } from "../../src/table/table.ts"

export function table(columns: readonly TableColumn[]): Table {
  return { rowCount: columns[0]?.values.length ?? 0, columns }
}

/** 200 rows: numbers with and without gaps, a large offset, booleans, dates, times, categories with rare, missing and odd levels. */
export function mixedTable(): Table {
  const rowCount = 200
  const of = (value: (row: number) => number) =>
    Float64Array.from({ length: rowCount }, (_, row) => value(row))
  return table([
    { name: "size", type: "number", values: of((row) => Math.sin(row) * 100 + 0.1) },
    { name: "gaps", type: "number", values: of((row) => (row % 7 === 0 ? Number.NaN : row * 1.5)) },
    { name: "offset", type: "integer", values: of((row) => 100_000_000 + ((row * 37) % 199)) },
    { name: "flag", type: "boolean", values: Uint8Array.from({ length: rowCount }, (_, row) => row % 3) },
    {
      name: "day",
      type: "date",
      values: of((row) => (row % 50 === 3 ? Number.NaN : (row * 400 - 20_000) * 86_400)),
    },
    { name: "moment", type: "timestamp", values: of((row) => 1_700_000_000 + row * 98_765) },
    {
      name: "city",
      type: "text",
      values: Array.from({ length: rowCount }, (_, row) =>
        row < 12 ? null : row < 16 ? `rare ${row}` : (["Köln", "北京", "😀", "1.0"][row % 4] ?? ""),
      ),
    },
    { name: "shop", type: "text", values: Array.from({ length: rowCount }, (_, row) => `shop ${row % 5}`) },
    { name: "y", type: "number", values: of((row) => row / 3) },
  ])
}

export function fitAll(data: Table, plan?: RecipePlan): Fit {
  const trainingRows = allRows(data)
  const chosen = plan ?? inferRecipe(data, { target: "y", trainingRows }).plan
  return fitRecipe({ plan: chosen, table: data, target: inferTarget(data, { target: "y" }), trainingRows })
}

export async function openFeatures(
  t: TestContext,
  { signature, fitted }: Fit,
  form: FeatureForm = "oneHot",
): Promise<{ session: Session } & Pick<EmittedFeatures, "features" | "categories">> {
  const builder = createGraphBuilder()
  declareInputs(builder, signature)
  const { value, features, categories } = emitFeatures(builder, signature, fitted, form)
  builder.output(value, "features", "float32", ["batch", features.length])
  const session = await openSession(encodeModel(builder.build({ name: "features", metadata: {} })), {
    threads: 1,
  })
  t.after(() => session.close())
  return { session, features, categories }
}

export async function runFeatures(
  session: Session,
  packed: PackedRows,
  signature: Signature,
): Promise<Float32Array> {
  const { features } = await session.run(feedsOf(signature, packed))
  if (features?.type !== "float32") throw new Error("no features")
  return features.data
}
