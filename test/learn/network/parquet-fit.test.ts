/** @file Training from Parquet: the bits of training in memory, those of a training resumed, and a set that memory does not hold. */
import assert from "node:assert"
import { join } from "node:path"
import { type TestContext, test } from "node:test"

import { entryUrl } from "../../../src/base/entry.ts"
import { isFault } from "../../../src/base/errors.ts"
import { createLog } from "../../../src/base/log.ts"
import { runChild } from "../../../src/jobs/run-child.ts"
import { Dense } from "../../../src/learn/network/layers/dense.ts"
import { type NetworkModel, Sequential } from "../../../src/learn/network/model.ts"
import { parquetSource } from "../../../src/learn/network/parquet-source.ts"
import type { TrainingSource } from "../../../src/learn/network/source.ts"
import { allWindows, temporaryFolder, writeParquet } from "./parquet-files.ts"

const MIB = 2 ** 20

const select = `SELECT (i % 17) / 17 AS a, (i * 7 % 31) / 31 AS b, (i % 17) / 17 - (i * 7 % 31) / 62 AS y,
  (i % 4)::UTINYINT AS w FROM range(20000) rows(i)`
const columns = { inputs: [{ columns: ["a", "b"] }], targets: [{ columns: ["y"] }] }

test("one window of Parquet trains to the same bits as its rows in memory, weights of rows included", async (t) => {
  const path = join(temporaryFolder(t), "rows.parquet")
  await writeParquet([{ path, select }])
  const source = await open(t, { paths: [path], weight: "w" })
  const [window] = await allWindows(source, 0, 0)
  const [x] = window?.inputs ?? []
  const [y] = window?.targets ?? []
  assert(x !== undefined && y !== undefined && window?.weights)
  const fromFile = newModel()
  const fromMemory = newModel()
  await fromFile.fit(source, { epochs: 2, batchSize: 64, verbose: false })
  await fromMemory.fit(x, y, { epochs: 2, batchSize: 64, verbose: false, sampleWeight: window.weights })
  assert.deepStrictEqual(fromFile.getWeights(), fromMemory.getWeights())
})

test("a training that was stopped between windows goes on from its checkpoint to the same bits", async (t) => {
  const folder = temporaryFolder(t)
  const path = join(folder, "rows.parquet")
  await writeParquet([{ path, select }])
  const options = { paths: [path], windowRows: 4096 }
  const fitOptions = { epochs: 3, batchSize: 64, verbose: false }
  const whole = newModel()
  await whole.fit(await open(t, options), fitOptions)

  const checkpoint = { path: join(folder, "checkpoint"), everySeconds: 1e9 }
  const stopping = new AbortController()
  const source = await open(t, options)
  const { ending } = await newModel().fit(stoppedAfter(source, 7, stopping), {
    ...fitOptions,
    checkpoint,
    signal: stopping.signal,
  })
  assert.strictEqual(ending, "stopped")
  const resumed = newModel()
  const anew = await open(t, options)
  const { epochs } = await resumed.fit(anew, { ...fitOptions, checkpoint, resume: true })
  assert.strictEqual(epochs.length, 3)
  assert.deepStrictEqual(resumed.getWeights(), whole.getWeights())

  const others = await open(t, { ...options, windowRows: 8192 })
  const error: unknown = await newModel()
    .fit(others, { ...fitOptions, checkpoint, resume: true })
    .catch((thrown: unknown) => thrown)
  assert(isFault(error, "CHECKPOINT_UNFIT"), "windows of another size are other data")
})

test("a set four times a job's memory limit trains under it; kept in memory it ends the job", async (t) => {
  const folder = temporaryFolder(t)
  const path = join(folder, "part.parquet")
  const limitMib = 416
  const names = Array.from({ length: 63 }, (_, at) => `x${at}`)
  const partRows = 65_536
  // What counts is the set uncompressed, in the file's own type: 8 bytes a value. One file under many names is so many times its rows.
  const parts = (4 * limitMib * MIB) / (8 * (names.length + 1)) / partRows
  const values = names.map((name, at) => `((i * ${2 * at + 1}) % 251)::DOUBLE AS ${name}`)
  const rows = `SELECT ${values.join(", ")}, x3 + x5 AS y FROM range(${partRows}) rows(i)`
  await writeParquet([{ path, select: rows, rowGroupRows: 8_192 }])
  const input = {
    paths: Array.from({ length: parts }, () => path),
    inputs: names,
    target: "y",
    windowRows: 65_536,
    memoryBytesMax: 16 * MIB,
  }
  const job = {
    module: entryUrl("./children/train-parquet", import.meta.url),
    folder,
    limits: { memoryBytes: limitMib * MIB, durationMs: 300_000 },
    onProgress: () => undefined,
    signal: new AbortController().signal,
    log: createLog({ level: "silent", destination: process.stderr }),
    memoryEveryMs: 20,
  }
  const { output, memoryPeakBytes } = await runChild({ ...job, input: { ...input, keepsRows: false } })
  assert.partialDeepStrictEqual(output, { rowCount: parts * partRows })
  t.diagnostic(`peak ${Math.round(memoryPeakBytes / MIB)} MiB of ${limitMib}, set ${4 * limitMib} MiB`)
  const kept: unknown = await runChild({ ...job, input: { ...input, keepsRows: true } }).catch(
    (thrown: unknown) => thrown,
  )
  assert(isFault(kept, "JOB_OUT_OF_MEMORY"), String(kept))
})

async function open(
  t: TestContext,
  options: { readonly paths: readonly string[]; readonly windowRows?: number; readonly weight?: string },
): Promise<TrainingSource> {
  const source = await parquetSource({ ...options, ...columns })
  t.after(() => source.close())
  return source
}

function newModel(): NetworkModel {
  const model = Sequential([Dense(6, { inputDim: 2, activation: "tanh" }), Dense(1)], { seed: 5 })
  model.compile({ loss: "meanSquaredError", optimizer: "adam" })
  return model
}

/** The wish to stop comes while that many windows have been handed over, counted over epochs. */
function stoppedAfter(source: TrainingSource, windows: number, stopping: AbortController): TrainingSource {
  let count = 0
  return {
    ...source,
    windows: async function* (epoch, from) {
      for await (const window of source.windows(epoch, from)) {
        count++
        if (count === windows) stopping.abort()
        yield window
      }
    },
  }
}
