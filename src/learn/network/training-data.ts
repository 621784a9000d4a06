/** @file From what a user gives `fit` to the windows that training reads: shapes checked, weights multiplied, validation rows set apart. */
import assert from "node:assert"

import { fault } from "../../base/errors.ts"
import { type DataInput, type ModelData, toArray } from "./data.ts"
import type { Loss } from "./losses.ts"
import type { ModelFitOptions } from "./model-options.ts"
import type { Objective } from "./objective.ts"
import {
  arraySource,
  rowsOf,
  type TrainingArray,
  type TrainingSource,
  type TrainingWindow,
} from "./source.ts"
import type { Network } from "./trace.ts"

type Target = Objective["losses"][number]["target"]

export type TrainingRows = {
  readonly source: TrainingSource
  readonly validation: TrainingWindow | null
  readonly hasWeights: boolean
  /** The first bytes of the data, by which a checkpoint knows them again. */
  readonly sample: Uint8Array
}

/** Targets have the output's shape, but that of classes, which are whole numbers. */
export function targetOf(loss: Loss, outputShape: readonly (number | string)[]): Target {
  if (loss.name === "sparseCategoricalCrossentropy")
    return { type: "int64", shape: outputShape.slice(0, -1).map(Number) }
  return { type: "float32", shape: outputShape.map(Number) }
}

/** Throws NETWORK_DATA and NETWORK_SETTING. */
export function trainingData(options: {
  readonly network: Network
  readonly losses: Objective["losses"]
  readonly given: { readonly x: ModelData; readonly y: ModelData } | null
  readonly options: ModelFitOptions
  readonly source: TrainingSource | null
}): TrainingRows {
  const { network, losses, given, source } = options
  const { validationData, validationSplit = 0, sampleWeight, classWeight } = options.options
  const shapes = { network, objective: { losses } }
  const validation =
    validationData === undefined ? null : windowOf(shapes, { ...validationData, classWeight: undefined })
  if (source !== null) {
    refuseWithSource({ validationSplit, sampleWeight, classWeight })
    return {
      source,
      validation,
      hasWeights: source.hasWeights === true || (validation?.weights ?? null) !== null,
      sample: Buffer.from(source.fingerprint ?? ""),
    }
  }
  assert(given !== null)
  const whole = windowOf(shapes, { ...given, sampleWeight, classWeight })
  const hasWeights = whole.weights !== null || (validation?.weights ?? null) !== null
  const [first] = whole.inputs
  const sample = first === undefined ? new Uint8Array() : bytesOf(first)
  if (validationSplit === 0 || validation !== null)
    return { source: arraySource(whole), validation, hasWeights, sample }
  const kept = Math.floor(whole.rowCount * (1 - validationSplit))
  if (!(validationSplit > 0 && validationSplit < 1) || kept === 0 || kept === whole.rowCount)
    throw fault("NETWORK_SETTING", {
      name: "validationSplit",
      got: validationSplit,
      expected: "a share of the rows that leaves some on both sides",
    })
  return {
    source: arraySource(partOf(whole, 0, kept)),
    validation: partOf(whole, kept, whole.rowCount),
    hasWeights,
    sample,
  }
}

/** A source brings its own weights, and has no last rows that could be set apart before they are read. */
function refuseWithSource(settings: {
  readonly validationSplit: number
  readonly sampleWeight: DataInput | undefined
  readonly classWeight: ModelFitOptions["classWeight"] | undefined
}): void {
  for (const [name, value] of Object.entries(settings))
    if (value !== undefined && value !== 0)
      throw fault("NETWORK_SETTING", { name, got: "given beside a source", expected: "left to the source" })
}

/** All rows of x and y in memory. Throws NETWORK_DATA. */
export function windowOf(
  { network, objective }: { readonly network: Network; readonly objective: Pick<Objective, "losses"> },
  given: {
    readonly x: ModelData
    readonly y: ModelData
    readonly sampleWeight?: DataInput | undefined
    readonly classWeight?: Readonly<Record<number, number>> | undefined
  },
): TrainingWindow {
  const inputs = inputArrays(network, given.x)
  const ys = several(given.y, objective.losses.length, "y")
  const targets = objective.losses.map(({ target }, at) =>
    toArray(ys[at] ?? [], { name: nameOf("y", at, ys.length), type: target.type, rowShape: target.shape }),
  )
  const rowCount = inputs[0]?.shape[0] ?? 0
  for (const [name, arrays] of Object.entries({ x: inputs, y: targets }))
    for (const array of arrays)
      if (array.shape[0] !== rowCount || rowCount === 0)
        throw fault("NETWORK_DATA", { reason: `${name} has ${array.shape[0] ?? 0} rows, x has ${rowCount}` })
  const weights = weightsOf(given, { rowCount, target: targets[0] })
  return { rowCount, inputs, targets, weights }
}

export function inputArrays(network: Network, x: ModelData): TrainingArray[] {
  const xs = several(x, network.inputs.length, "x")
  return network.inputs.map(({ type, shape }, at) =>
    toArray(xs[at] ?? [], { name: nameOf("x", at, xs.length), type, rowShape: shape }),
  )
}

/** One array for one place, a list of them for several. */
function several(given: ModelData, count: number, name: string): readonly ModelData[] {
  if (count === 1) return [given]
  if (!Array.isArray(given) || given.length !== count)
    throw fault("NETWORK_DATA", { reason: `${name} must be a list of ${count} arrays` })
  return given
}

function nameOf(name: string, at: number, count: number): string {
  return count === 1 ? name : `${name}[${at}]`
}

/** Weights of rows times weights of their classes; null when there are neither. */
function weightsOf(
  given: {
    readonly sampleWeight?: DataInput | undefined
    readonly classWeight?: Readonly<Record<number, number>> | undefined
  },
  { rowCount, target }: { readonly rowCount: number; readonly target: TrainingArray | undefined },
): Float32Array | null {
  const { sampleWeight, classWeight } = given
  if (sampleWeight === undefined && classWeight === undefined) return null
  const own =
    sampleWeight === undefined
      ? null
      : toArray(sampleWeight, { name: "sampleWeight", type: "float32", rowShape: [] })
  if (own !== null && own.data.length !== rowCount)
    throw fault("NETWORK_DATA", { reason: `sampleWeight has ${own.data.length} values for ${rowCount} rows` })
  const weights = new Float32Array(rowCount).fill(1)
  for (let row = 0; row < rowCount; row++) {
    const ofClass = classWeight === undefined ? 1 : (classWeight[classOf(target, row)] ?? 1)
    weights[row] = Number(own?.data[row] ?? 1) * ofClass
  }
  return weights
}

/** A number is its own class; of several, the greatest is it. */
function classOf(target: TrainingArray | undefined, row: number): number {
  if (target === undefined) return 0
  const width = target.data.length / (target.shape[0] ?? 1)
  if (width === 1) return Number(target.data[row])
  let best = 0
  for (let at = 1; at < width; at++)
    if (Number(target.data[row * width + at]) > Number(target.data[row * width + best])) best = at
  return best
}

function partOf(window: TrainingWindow, from: number, to: number): TrainingWindow {
  return {
    rowCount: to - from,
    inputs: window.inputs.map((array) => rowsOf(array, from, to)),
    targets: window.targets.map((array) => rowsOf(array, from, to)),
    weights: window.weights?.subarray(from, to) ?? null,
  }
}

const sampleBytesMax = 2 ** 20

function bytesOf({ data }: TrainingArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, Math.min(data.byteLength, sampleBytesMax))
}
