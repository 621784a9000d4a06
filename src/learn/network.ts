/** @file Networks for tables: scaled numbers beside embedded categories, hidden layers, early stopping. */
import assert from "node:assert"

import { systemClock } from "../base/clock.ts"
import type { hiddenActivations, regressionLosses } from "../base/training-choices.ts"
import { openSession } from "../engine/open-session.ts"
import { createGraphBuilder, type GraphBuilder } from "../onnx/builder.ts"
import { encodeModel } from "../onnx/codec.ts"
import type { FittedLearner, TrainingData } from "./learner.ts"
import { newCourse, type Tensors } from "./network/course.ts"
import { emitNetwork } from "./network/emit-network.ts"
import { type EarlyStopping, fit } from "./network/fit.ts"
import { layoutOf, type NetworkLayout } from "./network/layout.ts"
import { type OptimizerName, optimizerNamed } from "./network/optimizers.ts"
import { predictRows } from "./network/predict-rows.ts"
import { arraySource } from "./network/source.ts"
import { networkFor, type TableNetwork } from "./network/table-network.ts"
import { prepareTarget, type TableTarget } from "./network/table-target.ts"
import { holdOut, windowOf } from "./network/table-windows.ts"
import { initialTensors, parameterValues, stateValues, withSlots } from "./network/weights.ts"

/** What hidden layers may have. */
export type NetworkSettings = {
  /** Widths of the hidden layers. */
  readonly layers: readonly number[]
  readonly activation: (typeof hiddenActivations)[number]
  /** Share of each hidden layer that is dropped in training. */
  readonly dropout: number
  /** Of numbers; null: mean squared error. Classes have cross-entropy. */
  readonly loss: (typeof regressionLosses)[number] | null
  readonly optimizer: OptimizerName
  readonly learningRate: number
  readonly l1: number
  readonly l2: number
  readonly batchSize: number
  /** At most; exactly when `patience` is null. */
  readonly epochs: number
  /** Epochs without an improvement on the held out tenth of the rows; null: all rows train, for all epochs. */
  readonly patience: number | null
  readonly seed: number
}

/** Chosen on the tables of bench/network-tables, by folds; one wide layer with some restraint was better than two on small tables. */
export const defaultNetworkSettings: NetworkSettings = {
  layers: [128],
  activation: "relu",
  dropout: 0.1,
  loss: null,
  optimizer: "adam",
  learningRate: 0.002,
  l1: 0,
  l2: 1e-3,
  batchSize: 64,
  epochs: 300,
  patience: 25,
  seed: 1,
}

/** Losses of the epochs, of standardised targets where they are numbers. */
export type LearningCurve = readonly {
  readonly epoch: number
  readonly loss: number
  readonly validationLoss: number | null
}[]

/** A learner with the course of its training. */
export type FittedNetwork = FittedLearner & {
  readonly learner: "network"
  readonly curve: LearningCurve
  /** Epochs after which the weights were best. */
  readonly bestEpoch: number
}

/** `onEpoch` hears of each epoch, counted from 1; `shouldStop` is asked between calls. */
export type NetworkFitOptions = {
  readonly onEpoch?: (epoch: number, of: number) => void
  readonly shouldStop?: () => boolean
}

/**
 * Null when `shouldStop` said so. Throws NETWORK_DIVERGED, and NETWORK_SETTING for a loss that does not fit the target (poisson of negative
 * numbers).
 */
export async function fitNetwork(
  data: TrainingData,
  settings: NetworkSettings,
  options: NetworkFitOptions = {},
): Promise<FittedNetwork | null> {
  const target = prepareTarget(data, settings.loss)
  const table = networkFor(data, { ...settings, outputs: target.outputs })
  const layout = layoutOf(table.network)
  const optimizer = optimizerNamed(settings.optimizer, { learningRate: settings.learningRate })
  const { training, validation } = holdOut(data, settings)
  const course = newCourse(withSlots(layout, initialTensors(layout, settings.seed), optimizer.slotCount), {
    firstEpoch: 0,
    step: 0,
    metricCount: 0,
  })
  const { shouldStop = () => false } = options
  const result = await fit(
    {
      network: table.network,
      layout,
      objective: {
        losses: [{ loss: target.loss, weight: 1, target: target.array }],
        regularizer: settings.l1 === 0 && settings.l2 === 0 ? null : { l1: settings.l1, l2: settings.l2 },
        hasWeights: data.weights !== null,
      },
      optimizer,
      schedule: { kind: "constant" },
      metrics: [],
    },
    course,
    {
      source: arraySource(windowOf(data, table, target, training)),
      validation: validation === null ? null : windowOf(data, table, target, validation),
      epochs: settings.epochs,
      batchSize: settings.batchSize,
      shuffle: true,
      seed: settings.seed,
      threads: 1,
      earlyStopping: stoppingOf(settings),
      checkpoint: null,
      onProgress: () => {},
      onEpochEnd: ({ epoch }) => options.onEpoch?.(epoch + 1, settings.epochs),
      shouldStop,
      clock: systemClock,
    },
  )
  if (result.ending === "stopped") return null
  const curve = course.history.map(({ epoch, loss, metrics }) => ({
    epoch: epoch + 1,
    loss,
    validationLoss: metrics.valLoss ?? null,
  }))
  const bestEpoch = (course.best?.epoch ?? course.epoch - 1) + 1
  return fittedNetwork({ data, settings, table, layout, target, tensors: course.carried, curve, bestEpoch })
}

function stoppingOf({ patience }: NetworkSettings): EarlyStopping | null {
  return patience === null ? null : { patience, minDelta: 0, restoreBest: true }
}

function fittedNetwork(parts: {
  readonly data: TrainingData
  readonly settings: NetworkSettings
  readonly table: TableNetwork
  readonly layout: NetworkLayout
  readonly target: TableTarget
  readonly tensors: Tensors
  readonly curve: LearningCurve
  readonly bestEpoch: number
}): FittedNetwork {
  const { data, settings, table, layout, target, tensors, curve, bestEpoch } = parts
  const { featureCount } = data
  const emit = (builder: GraphBuilder, features: string) => {
    const inputs = table.emitInputs(builder, features)
    const [raw = ""] = emitNetwork(builder, table.network, {
      inputs,
      parameter: (index) => parameterValues(layout, tensors, index),
      state: (index) => stateValues(tensors, index),
      named: [{ tensor: table.first, name: "network/features" }],
    })
    return target.emit(builder, raw)
  }
  const { loss, layers, ...others } = settings
  return {
    learner: "network",
    curve,
    bestEpoch,
    describe: () => ({
      learner: "network",
      parameters: {
        layers,
        loss: target.loss.name,
        ...Object.fromEntries(Object.entries(others).filter(([, value]) => value !== null)),
      },
      facts: {
        bestEpoch,
        epochs: curve.length,
        parameters: layout.plan.layers.reduce((sum, { parameterCount }) => sum + parameterCount, 0),
      },
    }),
    metadata: async () => ({
      [networkKey]: JSON.stringify({
        featureOfValue: table.featureOfValue,
        baseline: await meanValues(data, table, tensors, layout),
      }),
    }),
    predict: (features, rowCount) =>
      predict({ features, rowCount, featureCount, emit, outputShape: target.outputShape }),
    emit,
  }
}

/** Metadata of a file with a network, for its explanations: where each value of `network/features` comes from, and their means in training. */
export const networkKey = "quernstone.network"

/** Means over the training rows of what the first hidden layer reads. */
async function meanValues(
  data: TrainingData,
  table: TableNetwork,
  tensors: Tensors,
  layout: NetworkLayout,
): Promise<number[]> {
  const { network, first } = table
  const sub = { inputs: network.inputs, outputs: [first] }
  const width = table.featureOfValue.length
  const values = await predict({
    features: data.features,
    rowCount: data.rowCount,
    featureCount: data.featureCount,
    // Embeddings come first in the network, so that they have the same places in both plans.
    emit: (builder, features) =>
      emitNetwork(builder, sub, {
        inputs: table.emitInputs(builder, features),
        parameter: (index) => parameterValues(layout, tensors, index),
        state: (index) => stateValues(tensors, index),
      })[0] ?? "",
    outputShape: ["batch", width],
  })
  const sums = new Float64Array(width)
  for (const [at, value] of values.entries()) sums[at % width] = (sums[at % width] ?? 0) + value
  return Array.from(sums, (sum) => sum / data.rowCount)
}

/** By the nodes that the served file has. */
async function predict(options: {
  readonly features: Float32Array
  readonly rowCount: number
  readonly featureCount: number
  readonly emit: (builder: GraphBuilder, features: string) => string
  readonly outputShape: readonly (number | string)[]
}): Promise<Float64Array> {
  const { features, rowCount, featureCount, emit, outputShape } = options
  assert(features.length === rowCount * featureCount)
  const builder = createGraphBuilder()
  const input = builder.input("features", "float32", ["batch", featureCount])
  builder.output(emit(builder, input), "predictions", "float32", outputShape)
  const session = await openSession(encodeModel(builder.build({ name: "network", metadata: {} })), {
    threads: 1,
  })
  try {
    const shape = [rowCount, featureCount]
    const [predictions] = await predictRows(session, [{ type: "float32", shape, data: features }])
    assert(predictions !== undefined)
    return Float64Array.from(predictions.data)
  } finally {
    await session.close()
  }
}
