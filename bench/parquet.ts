/** @file Does training from Parquet wait for its data? 30-64-64-1, batch 256, beside the same rows in memory; and how fast reading alone is. */
import assert from "node:assert"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { Dense } from "../src/learn/network/layers/dense.ts"
import { type NetworkModel, Sequential } from "../src/learn/network/model.ts"
import { parquetSource } from "../src/learn/network/parquet-source.ts"
import { arraySource, type TrainingSource } from "../src/learn/network/source.ts"
import { openSandbox, sqlText } from "../src/table/duckdb.ts"
import { type BenchOptions, type BenchResult, median } from "./report.ts"

const featureCount = 30
const epochs = 3
const names = Array.from({ length: featureCount }, (_, at) => `x${at}`)

/** Windows of the same size in proportion, so that the smallest case has several as well. */
type Size = { readonly rowCount: number; readonly windowRows: number; readonly rounds: number }
const whole: Size = { rowCount: 2_000_000, windowRows: 250_000, rounds: 3 }
const smallest: Size = { rowCount: 40_000, windowRows: 16_384, rounds: 1 }

export async function run({ isSmallest }: BenchOptions): Promise<readonly BenchResult[]> {
  const size = isSmallest ? smallest : whole
  const folder = await mkdtemp(join(tmpdir(), "quernstone-bench-parquet-"))
  try {
    const path = join(folder, "rows.parquet")
    await writeRows(folder, path, size.rowCount)
    return await compare(path, size)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Numbers as hash functions give them, which no encoding shortens; the target is a noisy sum of the first two. */
async function writeRows(folder: string, path: string, rowCount: number): Promise<void> {
  const sandbox = await openSandbox({ folder, memoryBytes: 2 ** 30, threads: 2 })
  try {
    const number = (at: number) => `((hash(i * 32 + ${at}) % 1000003) / 1000003.0 - 0.5)::FLOAT`
    const values = names.map((name, at) => `${number(at)} AS ${name}`)
    const target = `(${number(0)} + ${number(1)} + ${number(31)} / 2 > 0)::INTEGER AS y`
    await sandbox.run(
      `COPY (SELECT ${[...values, target].join(", ")} FROM range(${rowCount}) rows(i)) TO ${sqlText(path)} (FORMAT parquet)`,
    )
  } finally {
    sandbox.close()
  }
}

type Run = { readonly durationMs: number; readonly waitedMs: number; readonly threadMs: number }

async function compare(path: string, size: Size): Promise<BenchResult[]> {
  const fromFile: Run[] = []
  const inMemory: Run[] = []
  const readingMs: number[] = []
  const memory = await rowsInMemory(path, size)
  // Interleaved, so that a busy machine slows each alike.
  for (let round = 0; round < size.rounds; round++) {
    readingMs.push(await withSource(path, size, readAll))
    fromFile.push(await withSource(path, size, train))
    inMemory.push(await train(memory))
  }
  const rows = epochs * size.rowCount
  const rate = (runs: readonly Run[]) => rows / median(runs.map(({ durationMs }) => durationMs)) / 1e3
  const work = (runs: readonly Run[]) => (1e3 * median(runs.map(({ threadMs }) => threadMs))) / rows
  const idle = (runs: readonly Run[]) => median(runs.map((each) => (100 * each.waitedMs) / each.durationMs))
  const reading = size.rowCount / median(readingMs) / 1e3
  return [
    {
      case: `training, ${epochs} epochs`,
      unit: "M rows/s",
      ours: rate(fromFile),
      peer: rate(inMemory),
      peerName: "ours, rows in memory",
      ratio: rate(fromFile) / rate(inMemory),
    },
    {
      case: "work of the engine's thread",
      unit: "us a row",
      ours: work(fromFile),
      peer: work(inMemory),
      peerName: "ours, rows in memory",
      ratio: work(inMemory) / work(fromFile),
    },
    row("the engine waits for windows", "% of the time", idle(fromFile)),
    row(`reading alone, ${featureCount + 1} columns, one thread`, "M rows/s", reading),
    row("reading alone, of ten columns' worth", "M rows/s", (reading * (featureCount + 1)) / 10),
  ]
}

function row(name: string, unit: string, ours: number): BenchResult {
  return { case: name, unit, ours, peer: null, peerName: null, ratio: null }
}

async function rowsInMemory(path: string, { rowCount }: Size): Promise<TrainingSource> {
  return withSource(path, { windowRows: rowCount }, async (source) => {
    for await (const window of source.windows(0, 0)) {
      assert(window.rowCount === rowCount)
      return arraySource(structuredClone(window))
    }
    throw new Error("one window holds all rows")
  })
}

async function withSource<Result>(
  path: string,
  { windowRows }: { readonly windowRows: number },
  use: (source: TrainingSource) => Promise<Result>,
): Promise<Result> {
  const source = await parquetSource({
    paths: [path],
    inputs: [{ columns: names }],
    targets: [{ columns: ["y"] }],
    windowRows,
  })
  try {
    return await use(source)
  } finally {
    await source.close()
  }
}

async function readAll(source: TrainingSource): Promise<number> {
  const startedMs = performance.now()
  for await (const { rowCount } of source.windows(0, 0)) assert(rowCount > 0)
  return performance.now() - startedMs
}

/** The main thread is the engine's: what it works is the same on a busy machine. */
async function train(source: TrainingSource): Promise<Run> {
  const model = newModel()
  const before = process.threadCpuUsage()
  const startedMs = performance.now()
  const { waitedMs } = await model.fit(source, { epochs, batchSize: 256, threads: 1, verbose: false })
  const durationMs = performance.now() - startedMs
  const { user, system } = process.threadCpuUsage(before)
  return { durationMs, waitedMs, threadMs: (user + system) / 1_000 }
}

function newModel(): NetworkModel {
  const model = Sequential(
    [
      Dense(64, { inputDim: featureCount, activation: "relu" }),
      Dense(64, { activation: "relu" }),
      Dense(1, { activation: "sigmoid" }),
    ],
    { seed: 1 },
  )
  model.compile({ loss: "binaryCrossentropy", optimizer: "adam" })
  return model
}
