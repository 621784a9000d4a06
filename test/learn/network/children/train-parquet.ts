/** @file A job that trains from Parquet files, or that keeps all their rows in memory instead. */
import { z } from "zod"

import { Dense } from "../../../../src/learn/network/layers/dense.ts"
import { Sequential } from "../../../../src/learn/network/model.ts"
import { parquetSource } from "../../../../src/learn/network/parquet-source.ts"
import type { TrainingSource, TrainingWindow } from "../../../../src/learn/network/source.ts"

const inputSchema = z.object({
  paths: z.array(z.string()),
  inputs: z.array(z.string()),
  target: z.string(),
  windowRows: z.int(),
  memoryBytesMax: z.int(),
  keepsRows: z.boolean(),
})

export async function run(input: unknown): Promise<unknown> {
  const { paths, inputs, target, windowRows, memoryBytesMax, keepsRows } = inputSchema.parse(input)
  const source = await parquetSource({
    paths,
    inputs: [{ columns: inputs }],
    targets: [{ columns: [target] }],
    windowRows,
    memoryBytesMax,
  })
  if (keepsRows) return keepAll(source)
  const model = Sequential([Dense(1, { inputDim: inputs.length })])
  model.compile({ loss: "meanSquaredError", optimizer: "adam" })
  const { epochs } = await model.fit(source, { epochs: 1, batchSize: 1024, threads: 1, verbose: false })
  await source.close()
  return { rowCount: source.rowCount, loss: epochs[0]?.loss ?? null }
}

async function keepAll(source: TrainingSource): Promise<unknown> {
  const kept: TrainingWindow[] = []
  for await (const window of source.windows(0, 0)) kept.push(structuredClone(window))
  await source.close()
  return { rowCount: kept.reduce((sum, { rowCount }) => sum + rowCount, 0) }
}
