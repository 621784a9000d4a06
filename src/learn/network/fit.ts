/** @file Training: epochs of windows of batches, in calls of some steps; between calls there is time for everything else. */
import assert from "node:assert"

import type { Clock } from "../../base/clock.ts"
import { fault } from "../../base/errors.ts"
import { openSession } from "../../engine/open-session.ts"
import { createPace, type Pace } from "../../engine/pace.ts"
import type { Session, Tensor } from "../../engine/session.ts"
import { randomOrder, randomUint32, streamKey } from "../../evaluate/random.ts"
import { checkWindow } from "./check-window.ts"
import { checkPlace, writeCheckpoint } from "./checkpoint.ts"
import { compileTraining, type TrainingGraph } from "./compile-training.ts"
import type { CompiledNetwork } from "./compiled-network.ts"
import type { Course, EpochRecord } from "./course.ts"
import { firstNotFinite } from "./data.ts"
import { createEvaluator, type Evaluation, type Evaluator } from "./evaluator.ts"
import { afterEpoch, rateAt } from "./schedules.ts"
import type { TrainingSource, TrainingWindow } from "./source.ts"
import { float32Of, floatsOf } from "./tensors.ts"
import { threadsFor } from "./threads.ts"
import { valuesOf } from "./weights.ts"

/** When a training ends before its last epoch (Prechelt 1998), and with which weights. */
export type EarlyStopping = {
  /** Epochs without an improvement after which training ends; 0 is as 1. */
  readonly patience: number
  /** How much less counts as an improvement (0). */
  readonly minDelta?: number
  /** End with the weights of the best epoch (true). */
  readonly restoreBest?: boolean
  /** `loss` or `valLoss` (the latter when there are validation data). */
  readonly monitor?: "loss" | "valLoss"
}

export type FitOptions = {
  readonly source: TrainingSource
  readonly validation: TrainingWindow | null
  readonly epochs: number
  readonly batchSize: number
  readonly shuffle: boolean
  readonly seed: number
  readonly threads: number | "auto"
  readonly earlyStopping: EarlyStopping | null
  readonly checkpoint: {
    readonly path: string
    readonly everySeconds: number
    readonly fingerprint: string
  } | null
  readonly onProgress: (progress: Progress) => void
  readonly onEpochEnd: (record: EpochRecord) => void | Promise<void>
  readonly shouldStop: () => boolean
  readonly clock: Clock
}

/** Of the epoch so far. */
export type Progress = {
  readonly epoch: number
  readonly epochs: number
  readonly rows: number
  readonly rowCount: number
  readonly loss: number
  readonly metrics: Readonly<Record<string, number>>
}

/** `ending`: all epochs were run, early stopping had seen enough, or it was told to stop. */
export type FitResult = {
  readonly ending: "epochs" | "earlyStopping" | "stopped"
  /** How long training waited for the source's windows. */
  readonly waitedMs: number
  readonly threads: number
}

/** Takes the course to its end, in place. Throws NETWORK_DATA_NOT_FINITE, NETWORK_DATA, NETWORK_DIVERGED and CHECKPOINT_UNWRITTEN; the course is then that of the last good call. */
export async function fit(
  compiled: CompiledNetwork,
  course: Course,
  options: FitOptions,
): Promise<FitResult> {
  if (options.validation !== null) checkWindow(compiled, options.validation, "validation ")
  const graph = compileTraining({ ...compiled, withPredictions: compiled.metrics.length > 0 })
  const batch = Math.min(options.batchSize, options.source.rowCount)
  const threads = options.threads === "auto" ? threadsFor(compiled.layout, batch) : options.threads
  const session = await openSession(graph.bytes, { threads })
  let evaluator: Evaluator | null = null
  try {
    if (options.validation !== null) evaluator = await createEvaluator(compiled, { threads })
    const run: Run = {
      compiled,
      graph,
      session,
      evaluator,
      options,
      pace: createPace(callBounds(compiled, batch)),
      checked: new WeakSet(),
      waitedMs: 0,
      lastCheckpointMs: options.clock.monotonicMs(),
    }
    // Before hours of training, not after.
    if (options.checkpoint !== null) await checkPlace(options.checkpoint.path)
    const ending = await trainEpochs(run, course)
    // The last word, from which one that is stopped or wants more epochs goes on; the best weights do not belong into it.
    await checkpoint(run, course)
    if (ending !== "stopped") restoreBest(options.earlyStopping, course)
    return { ending, waitedMs: run.waitedMs, threads }
  } finally {
    await session.close()
    await evaluator?.close()
  }
}

type Run = {
  readonly compiled: CompiledNetwork
  readonly graph: TrainingGraph
  readonly session: Session
  readonly evaluator: Evaluator | null
  readonly options: FitOptions
  readonly pace: Pace
  readonly checked: WeakSet<TrainingWindow>
  waitedMs: number
  lastCheckpointMs: number
}

async function trainEpochs(run: Run, course: Course): Promise<FitResult["ending"]> {
  const { options } = run
  for (;;) {
    if (hasWaited(options.earlyStopping, course)) return "earlyStopping"
    if (course.epoch >= options.epochs) return "epochs"
    const startedMs = options.clock.monotonicMs()
    const isWhole = await trainEpoch(run, course)
    if (!isWhole) return "stopped"
    const validation = await validate(run, course)
    endEpoch(run, course, validation, options.clock.monotonicMs() - startedMs)
    const record = course.history.at(-1)
    assert(record !== undefined)
    await options.onEpochEnd(record)
    await checkpointIfDue(run, course)
  }
}

/** Also asked before the first epoch: a training that had ended so may be resumed. */
function hasWaited(earlyStopping: EarlyStopping | null, { best, epoch }: Course): boolean {
  if (earlyStopping === null || best === null) return false
  // An epoch that improves has waited for nothing, also where no patience is left.
  return epoch - 1 - best.epoch >= Math.max(earlyStopping.patience, 1)
}

/** False when it was stopped on the way. */
async function trainEpoch(run: Run, course: Course): Promise<boolean> {
  const { options } = run
  const { clock } = options
  const windows = options.source
    .windows(course.firstEpoch + course.epoch, course.window)
    [Symbol.asyncIterator]()
  try {
    for (;;) {
      const askedMs = clock.monotonicMs()
      const { value: window, done } = await windows.next()
      run.waitedMs += clock.monotonicMs() - askedMs
      if (done === true) return true
      const isWhole = await trainWindow(run, course, window)
      if (!isWhole) return false
      course.window++
      course.rowsDone = 0
    }
  } finally {
    await windows.return?.()
  }
}

async function trainWindow(run: Run, course: Course, window: TrainingWindow): Promise<boolean> {
  const { options, pace } = run
  // A source in memory gives the same window in every epoch.
  if (!run.checked.has(window)) checkWindow(run.compiled, window)
  run.checked.add(window)
  const { rowCount } = window
  const order = options.shuffle
    ? randomOrder(orderKey(options.seed, course), rowCount)
    : Int32Array.from({ length: rowCount }, (_, row) => row)
  const batch = Math.min(options.batchSize, rowCount)
  while (course.rowsDone < rowCount) {
    if (options.shouldStop()) return false
    const left = rowCount - course.rowsDone
    // The short last batch is a call of its own.
    const size = Math.min(batch, left)
    const steps = size < batch ? 1 : Math.min(Math.floor(left / size), pace.stepsOfCall())
    const rows = order.slice(course.rowsDone, course.rowsDone + steps * size)
    await runCall(run, course, { window, rows, steps, size })
    await checkpointIfDue(run, course)
  }
  return true
}

/** Of the rows of a window, by the epochs of all fits. */
function orderKey(seed: number, { firstEpoch, epoch, window }: Course): number {
  return streamKey({ seed: seed ^ (firstEpoch + epoch + 1), stream: window })
}

type Batches = {
  readonly window: TrainingWindow
  /** Steps times size rows of the window. */
  readonly rows: Int32Array
  readonly steps: number
  readonly size: number
}

/** Some steps in one run of the session. When they end in something that is no number they are taken back, and done once more at half the rate. */
async function runCall(run: Run, course: Course, batches: Batches): Promise<void> {
  const { options, session, graph, pace } = run
  const { steps, size } = batches
  const startedMs = options.clock.monotonicMs()
  const outputs = await session.run({
    ...feedsOfData(run, batches),
    ...feedsOfSteps(run, course, steps),
    ...Object.fromEntries(
      graph.carried.map(({ name, shape }) => [name, float32Of(valuesOf(course.carried, name), shape)]),
    ),
  })
  pace.observe(options.clock.monotonicMs() - startedMs)
  const losses = floatsOf(outputs.losses)
  const carried: Record<string, Float32Array> = {}
  for (const { name } of graph.carried) carried[name] = floatsOf(outputs[`next_${name}`])
  if ([losses, ...Object.values(carried)].some((values) => firstNotFinite(values) >= 0)) {
    if (course.rateFactor < 1) throw fault("NETWORK_DIVERGED", { step: course.step })
    course.rateFactor = 0.5
    return runCall(run, course, batches)
  }
  course.carried = carried
  course.step += steps
  course.rowsDone += steps * size
  const { sums } = course
  sums.rows += steps * size
  for (const loss of losses) sums.loss += loss * size
  for (const [index, { output, metric }] of run.compiled.metrics.entries()) {
    const targets = batches.window.targets[output]
    assert(targets !== undefined)
    const predictions = floatsOf(outputs[`predictions${output}`])
    const width = predictions.length / (steps * size)
    sums.metrics[index] =
      (sums.metrics[index] ?? 0) + metric({ predictions, width, targets, rows: batches.rows })
  }
  options.onProgress(progressOf(run, course))
}

function feedsOfData(run: Run, { window, rows, steps, size }: Batches): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = { indices: { type: "int32", shape: [steps, size], data: rows } }
  for (const [index, array] of window.inputs.entries()) feeds[`x${index}`] = array
  for (const [index, array] of window.targets.entries()) feeds[`y${index}`] = array
  if (run.compiled.objective.hasWeights)
    feeds.w = float32Of(window.weights ?? new Float32Array(window.rowCount).fill(1), [window.rowCount])
  return feeds
}

/** What differs from step to step: the optimiser's numbers, and the keys of random numbers. */
function feedsOfSteps(run: Run, course: Course, steps: number): Record<string, Tensor> {
  const { graph, options, compiled } = run
  const scalars = Array.from({ length: graph.scalarCount }, () => new Float32Array(steps))
  const keys = Array.from({ length: graph.keyCount }, () => new Int32Array(steps))
  for (let at = 0; at < steps; at++) {
    const step = course.step + at
    const numbers = compiled.optimizer.scalars(step + 1, rateOfStep(run, course, at))
    for (const [index, number] of numbers.entries()) scalars[index]?.fill(number, at, at + 1)
    for (const [index, own] of keys.entries())
      own[at] = randomUint32(streamKey({ seed: options.seed, stream: index }), step)
  }
  return {
    ...Object.fromEntries(scalars.map((data, index) => [`rate${index}`, float32Of(data, [steps])])),
    ...Object.fromEntries(
      keys.map((data, index) => [`key${index}`, { type: "int32" as const, shape: [steps], data }]),
    ),
  }
}

/** The learning rate of a step of this call, counted from its start. */
function rateOfStep(run: Run, course: Course, at: number): number {
  const { compiled, options } = run
  const stepsPerEpoch = Math.ceil(options.source.rowCount / options.batchSize)
  const rate = rateAt(compiled.schedule, {
    step: course.epoch * stepsPerEpoch + Math.floor(course.sums.rows / options.batchSize) + at,
    epoch: course.epoch,
    stepsPerEpoch,
    stepCount: stepsPerEpoch * options.epochs,
    baseRate: compiled.optimizer.learningRate,
  })
  return rate * course.plateau.factor * course.rateFactor
}

async function validate(run: Run, course: Course): Promise<Evaluation | null> {
  const { evaluator, options } = run
  if (evaluator === null || options.validation === null) return null
  return evaluator.evaluate(course.carried, options.validation)
}

/** Writes the epoch down and begins the next. */
function endEpoch(run: Run, course: Course, validation: Evaluation | null, durationMs: number): void {
  const { compiled, options } = run
  const { loss, metrics } = progressOf(run, course)
  const learningRate = rateOfStep(run, course, -1)
  const measured = validation === null ? {} : validationMetrics(compiled, validation)
  course.history.push({
    epoch: course.epoch,
    loss,
    learningRate,
    durationMs,
    metrics: { ...metrics, ...measured },
  })
  const watched = options.earlyStopping?.monitor ?? (validation === null ? "loss" : "valLoss")
  const value = watched === "loss" ? loss : (measured.valLoss ?? loss)
  course.plateau = afterEpoch(compiled.schedule, course.plateau, value, compiled.optimizer.learningRate)
  const { minDelta = 0 } = options.earlyStopping ?? {}
  if (options.earlyStopping !== null && (course.best === null || value < course.best.value - minDelta))
    course.best = { epoch: course.epoch, value, carried: course.carried }
  course.epoch++
  course.window = 0
  course.rowsDone = 0
  course.sums = { rows: 0, loss: 0, metrics: course.sums.metrics.map(() => 0) }
}

function validationMetrics(compiled: CompiledNetwork, { loss, metrics }: Evaluation): Record<string, number> {
  const named = compiled.metrics.map(({ name }, index): [string, number] => [
    `val${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
    metrics[index] ?? Number.NaN,
  ])
  return { valLoss: loss, ...Object.fromEntries(named) }
}

function restoreBest(earlyStopping: EarlyStopping | null, course: Course): void {
  if (earlyStopping === null || earlyStopping.restoreBest === false || course.best === null) return
  course.carried = course.best.carried
}

async function checkpointIfDue(run: Run, course: Course): Promise<void> {
  const { checkpoint: wanted, clock } = run.options
  if (wanted === null || clock.monotonicMs() - run.lastCheckpointMs < wanted.everySeconds * 1_000) return
  await checkpoint(run, course)
}

async function checkpoint(run: Run, course: Course): Promise<void> {
  const { checkpoint: wanted, clock } = run.options
  if (wanted === null) return
  await writeCheckpoint(wanted.path, course, wanted.fingerprint)
  run.lastCheckpointMs = clock.monotonicMs()
}

function progressOf(run: Run, course: Course): Progress {
  const { sums } = course
  const rows = Math.max(sums.rows, 1)
  const named = run.compiled.metrics.map(({ name }, index): [string, number] => [
    name,
    (sums.metrics[index] ?? 0) / rows,
  ])
  return {
    epoch: course.epoch,
    epochs: run.options.epochs,
    rows: sums.rows,
    rowCount: run.options.source.rowCount,
    loss: sums.loss / rows,
    metrics: Object.fromEntries(named),
  }
}

/** What the batches of one call may take in memory, beside the window they come from. */
const callBytesMax = 64 * 2 ** 20

/** A step's time whatever its size, and operations in a millisecond on one core: what a step takes, to about a factor of two. */
const stepOverheadMs = 0.02
const operationsPerMs = 3e7

function callBounds({ network, layout, objective }: CompiledNetwork, batch: number) {
  const width = (shape: readonly (number | string)[]) =>
    shape.reduce<number>((count, size) => count * (typeof size === "number" ? size : 1), 1)
  const rowValues =
    network.inputs.reduce((sum, { shape }) => sum + width(shape), 0) +
    objective.losses.reduce((sum, { target }) => sum + width(target.shape), 0) +
    // Outputs are kept for their loss, and once more for metrics.
    3 * layout.plan.outputShapes.reduce((sum, shape) => sum + width(shape), 0)
  const weightCount = layout.plan.parameters.reduce((sum, { shape }) => sum + width(shape), 0)
  return {
    stepMs: stepOverheadMs + (6 * batch * weightCount) / operationsPerMs,
    stepsMax: Math.max(1, Math.floor(callBytesMax / (4 * batch * rowValues))),
  }
}
