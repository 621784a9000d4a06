/** @file One made problem, trained by Quernstone, PyTorch and Keras, each in a process of its own: time of `fit`, of the process, and memory. */
import assert from "node:assert"
import { spawn } from "node:child_process"
import { rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"

import { z } from "zod"

import { randomUint32, streamKey } from "../../src/evaluate/random.ts"
import { type BenchResult, median } from "../report.ts"
import { preparePython } from "./python.ts"

/** A network of Dense layers, relu between them; Adam with Keras's defaults. One output: two classes by a sigmoid. */
export type Problem = {
  readonly name: string
  /** Widths from the inputs to the outputs. */
  readonly sizes: readonly [number, ...number[]]
  readonly rows: number
  readonly batch: number
  /** At least 2. */
  readonly epochs: number
  readonly threads: number
}

/** Keras's `steps_per_execution` that are tried once each to find its best: in Keras's default of 1, each step is a call from Python. */
const stepsPerExecution = [10, 100, "all"] as const
const rounds = 3
/** Nobody is measured doing nothing: last epochs' losses differ by no more than this share. */
const lossTolerance = 0.1

/** Interleaved runs, medians. Without peers: one run of ours. */
export async function compareTraining(
  problem: Problem,
  options: { readonly hasPeers: boolean },
): Promise<readonly BenchResult[]> {
  const dataPath = join(tmpdir(), `quernstone-bench-${process.pid}.f32`)
  await writeFile(dataPath, madeProblem(problem))
  try {
    const runners = options.hasPeers ? await withPeers(problem, dataPath) : [ours]
    const runs = runners.map((): Run[] => [])
    for (let round = 0; round < (options.hasPeers ? rounds : 1); round += 1)
      for (const [at, runner] of runners.entries())
        runs[at]?.push(await train(runner, { problem, dataPath, seed: round + 1 }))
    const measured = runners.map((runner, at) => summaryOf(runner, runs[at] ?? []))
    checkLosses(problem, measured)
    return rowsOf(problem, measured)
  } finally {
    await rm(dataPath)
  }
}

type Runner = {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  readonly stepsPerExecution: number
}

type Run = z.infer<typeof answerSchema> & { readonly processMs: number }

type Measured = {
  readonly name: string
  readonly fitMs: number
  /** The part of it after the first epoch. */
  readonly laterMs: number
  readonly processMs: number
  readonly peakBytes: number
  readonly loss: number
}

const ours: Runner = {
  name: "Quernstone",
  command: [
    process.execPath,
    fileURLToPath(new URL(`./train-network${import.meta.url.slice(-3)}`, import.meta.url)),
  ],
  stepsPerExecution: 1,
}

/** Ours, PyTorch, Keras by default, and Keras at the best of the tried steps per execution. */
async function withPeers(problem: Problem, dataPath: string): Promise<Runner[]> {
  const python = await preparePython({
    requirementsPath: "bench/peers/network/requirements.txt",
    cacheFolder: process.env.XDG_CACHE_HOME ?? null,
  })
  const torch: Runner = {
    name: "PyTorch",
    command: [python, "bench/peers/network/train_torch.py"],
    stepsPerExecution: 1,
  }
  const keras = (steps: number): Runner => ({
    name: steps === 1 ? "Keras" : `Keras, ${steps} steps a call`,
    command: [python, "bench/peers/network/train_keras.py"],
    stepsPerExecution: steps,
  })
  const all = Math.ceil(problem.rows / problem.batch)
  let best: { runner: Runner; fitMs: number } | null = null
  for (const steps of stepsPerExecution) {
    const runner = keras(steps === "all" ? all : Math.min(steps, all))
    const { fitMs } = await train(runner, { problem, dataPath, seed: 0 })
    console.log(`${problem.name}: ${runner.name}: fit ${fitMs.toFixed(0)} ms`)
    if (best === null || fitMs < best.fitMs) best = { runner, fitMs }
  }
  return [ours, torch, keras(1), ...(best === null ? [] : [best.runner])]
}

const answerSchema = z.object({
  version: z.string(),
  fitMs: z.number(),
  laterMs: z.number(),
  losses: z.array(z.number()).nonempty(),
  peakBytes: z.number(),
})

async function train(
  runner: Runner,
  options: { readonly problem: Problem; readonly dataPath: string; readonly seed: number },
): Promise<Run> {
  const { problem, dataPath, seed } = options
  const [command, ...parameters] = runner.command
  const started = performance.now()
  const child = spawn(command, parameters, { stdio: ["pipe", "pipe", "inherit"] })
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve))
  child.stdin.end(JSON.stringify({ ...problem, dataPath, seed, stepsPerExecution: runner.stepsPerExecution }))
  const output = await text(child.stdout)
  const code = await ended
  const processMs = performance.now() - started
  if (code !== 0) throw new Error(`${runner.name} ended with code ${code}; its errors are above`)
  return { ...answerSchema.parse(JSON.parse(output)), processMs }
}

function summaryOf({ name }: Runner, runs: readonly Run[]): Measured {
  const of = (read: (run: Run) => number) => median(runs.map(read))
  const [first] = runs
  assert(first !== undefined)
  return {
    name: name.replace(/^\w+/, `$& ${first.version}`),
    fitMs: of(({ fitMs }) => fitMs),
    laterMs: of(({ laterMs }) => laterMs),
    processMs: of(({ processMs }) => processMs),
    peakBytes: of(({ peakBytes }) => peakBytes),
    loss: of(({ losses }) => losses.at(-1) ?? Number.NaN),
  }
}

function checkLosses({ name }: Problem, measured: readonly Measured[]): void {
  const losses = measured.map(({ loss }) => loss)
  const told = measured.map((each) => `${each.name} ${each.loss.toPrecision(4)}`).join(", ")
  console.log(`${name}: loss of the last epoch: ${told}`)
  const isEqual = Math.max(...losses) <= Math.min(...losses) * (1 + lossTolerance)
  if (!isEqual) throw new Error(`${name}: the losses differ by more than ${100 * lossTolerance}%: ${told}`)
}

function rowsOf(problem: Problem, [mine, ...peers]: readonly Measured[]): BenchResult[] {
  assert(mine !== undefined)
  // The first epoch pays for what is built once; it is in the time of `fit`.
  const laterSteps = (problem.epochs - 1) * Math.ceil(problem.rows / problem.batch)
  const reads: readonly (readonly [string, string, (measured: Measured) => number])[] = [
    ["later epochs", "us a step", ({ laterMs }) => (1_000 * laterMs) / laterSteps],
    ["fit", "ms", ({ fitMs }) => fitMs],
    ["whole process", "ms", ({ processMs }) => processMs],
    ["peak memory", "MiB", ({ peakBytes }) => peakBytes / 2 ** 20],
  ]
  return reads.flatMap(([what, unit, read]): BenchResult[] => {
    const row = { case: `${problem.name}: ${what}`, unit, ours: read(mine) }
    if (peers.length === 0) return [{ ...row, peer: null, peerName: null, ratio: null }]
    return peers.map((peer) => ({
      ...row,
      peer: read(peer),
      peerName: peer.name,
      ratio: read(peer) / read(mine),
    }))
  })
}

/**
 * Raw float32 rows, labels and starting weights, as bench/peers/network/common.py reads them. Classes have centres that the rows lie around; a
 * tenth of the labels is drawn by lot, so that no network's loss goes to 0.
 */
function madeProblem({ sizes, rows }: Problem): Float32Array {
  const [width, ...units] = sizes
  const classCount = Math.max(units.at(-1) ?? 1, 2)
  const draw = drawFrom(0)
  const centres = Float32Array.from({ length: classCount * width }, () => draw() - 0.5)
  const x = new Float32Array(rows * width)
  const y = new Float32Array(rows)
  for (let row = 0; row < rows; row += 1) {
    const label = Math.floor(draw() * classCount)
    // The sum of two uniform numbers, wide enough for the classes to overlap.
    for (let at = 0; at < width; at += 1)
      x[row * width + at] = (centres[label * width + at] ?? 0) + draw() + draw() - 1
    y[row] = draw() < 0.1 ? Math.floor(draw() * classCount) : label
  }
  const parts = [x, y, ...units.flatMap((count, at) => startingLayer(draw, sizes[at] ?? 0, count))]
  const problem = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const part of parts) {
    problem.set(part, offset)
    offset += part.length
  }
  return problem
}

/** Glorot's uniform kernel, and a bias of zeros. */
function startingLayer(draw: () => number, width: number, units: number): Float32Array[] {
  const limit = Math.sqrt(6 / (width + units))
  const kernel = Float32Array.from({ length: width * units }, () => limit * (2 * draw() - 1))
  return [kernel, new Float32Array(units)]
}

/** Numbers in [0, 1). */
function drawFrom(seed: number): () => number {
  const key = streamKey({ seed, stream: 0 })
  let at = 0
  return () => {
    at += 1
    return randomUint32(key, at) / 2 ** 32
  }
}
