/** @file Runs in a child process: a Parquet file becomes a model file with its report. */
import { writeFile } from "node:fs/promises"
import { join } from "node:path"

import { systemClock } from "../base/clock.ts"
import { defaultLimits } from "../base/limits.ts"
import type { JobContext } from "../jobs/index.ts"
import { readTable } from "../table/read-table.ts"
import { trainModel } from "./pipeline.ts"
import { type TrainOutput, trainChildInputSchema } from "./train-job.ts"

export async function run(input: unknown, context: JobContext): Promise<TrainOutput> {
  const { tablePath, arguments: given, limits, quernstoneVersion } = trainChildInputSchema.parse(input)
  const { folder } = context
  context.progress({ phase: "reading", done: 0, total: 1, message: null })
  const table = await readTable({ path: tablePath, folder })
  const { target, task, positive, plan, choice, seed, dataset } = given
  const { name, version, contentDigest, rowCount } = dataset
  const { bytes, signature, report } = await trainModel({
    table,
    target,
    task,
    positive,
    plan,
    choice,
    seed,
    dataset: { name, version, contentDigest, rowCount },
    quernstoneVersion,
    limits: { ...defaultLimits, ...limits },
    clock: systemClock,
    onProgress: (phase, done, total) => context.progress({ phase, done, total, message: null }),
    shouldStop: context.shouldStop,
  })
  const modelPath = join(folder, "model.onnx")
  await writeFile(modelPath, bytes)
  return { modelPath, signature, report }
}
