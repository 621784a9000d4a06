/** @file Metrics of a training as it goes, by Keras's definitions: a sum over rows, whose mean is shown. */
import type { LossName } from "./losses.ts"
import type { TrainingArray } from "./source.ts"

/** accuracy: of classes by the greatest output, of one output at 0.5, as the loss tells. */
export type MetricName = (typeof metricNames)[number]

export const metricNames = ["accuracy", "meanAbsoluteError", "meanSquaredError"] as const

/** Predictions row-major [rows, width] with the targets of the same rows; `rows` picks targets, in the order of the predictions. */
export type MetricCall = {
  readonly predictions: Float32Array
  readonly width: number
  readonly targets: TrainingArray
  readonly rows: Int32Array | null
}

/** The sum over rows. */
export type Metric = (call: MetricCall) => number

/** By the loss of the same output, which tells what accuracy means. */
export function metricFor(name: MetricName, loss: LossName): Metric {
  if (name === "meanAbsoluteError") return (call) => sumOfErrors(call, Math.abs)
  if (name === "meanSquaredError") return (call) => sumOfErrors(call, (error) => error * error)
  if (loss === "sparseCategoricalCrossentropy") return (call) => countRight(call, classOf)
  if (loss === "categoricalCrossentropy") return (call) => countRight(call, greatestOf)
  return countBinary
}

function sumOfErrors(
  { predictions, width, targets, rows }: MetricCall,
  of: (error: number) => number,
): number {
  let sum = 0
  const rowCount = predictions.length / width
  for (let at = 0; at < rowCount; at++) {
    const row = rows === null ? at : (rows[at] ?? 0)
    for (let place = 0; place < width; place++)
      sum +=
        of((predictions[at * width + place] ?? 0) - Number(targets.data[row * width + place] ?? 0)) / width
  }
  return sum
}

function countRight(
  call: MetricCall,
  truth: (targets: TrainingArray, row: number, width: number) => number,
): number {
  const { predictions, width, targets, rows } = call
  let count = 0
  const rowCount = predictions.length / width
  for (let at = 0; at < rowCount; at++) {
    const row = rows === null ? at : (rows[at] ?? 0)
    if (greatest(predictions, at * width, width) === truth(targets, row, width)) count++
  }
  return count
}

/** Each output on its own, the mean of a row's; Keras: right where both are above 0.5, or neither. */
function countBinary({ predictions, width, targets, rows }: MetricCall): number {
  let count = 0
  const rowCount = predictions.length / width
  const truth = targets.data
  for (let at = 0; at < rowCount; at++) {
    const row = rows === null ? at : (rows[at] ?? 0)
    for (let place = 0; place < width; place++)
      if ((predictions[at * width + place] ?? 0) > 0.5 === Number(truth[row * width + place] ?? 0) > 0.5)
        count++
  }
  return count / width
}

function classOf({ data }: TrainingArray, row: number): number {
  return Number(data[row] ?? -1)
}

function greatestOf({ data }: TrainingArray, row: number, width: number): number {
  let best = 0
  for (let place = 1; place < width; place++)
    if (Number(data[row * width + place] ?? 0) > Number(data[row * width + best] ?? 0)) best = place
  return best
}

function greatest(values: Float32Array, from: number, width: number): number {
  let best = 0
  for (let place = 1; place < width; place++)
    if ((values[from + place] ?? 0) > (values[from + best] ?? 0)) best = place
  return best
}
