/** @file Networks as Keras users write them: layers, compile, fit, predict, save. */
import { writeFile } from "node:fs/promises"

import { systemClock } from "../../base/clock.ts"
import { fault } from "../../base/errors.ts"
import { openSession } from "../../engine/open-session.ts"
import type { Session } from "../../engine/session.ts"
import { createGraphBuilder } from "../../onnx/builder.ts"
import { encodeModel } from "../../onnx/codec.ts"
import { checkWindow } from "./check-window.ts"
import { fingerprintOf, readCheckpoint } from "./checkpoint.ts"
import type { CompiledNetwork } from "./compiled-network.ts"
import { type EpochRecord, newCourse, type Tensors } from "./course.ts"
import { type DataInput, type ModelData, toArray } from "./data.ts"
import { emitNetwork } from "./emit-network.ts"
import { createEvaluator } from "./evaluator.ts"
import { fit } from "./fit.ts"
import type { Layer, ModelTensor } from "./layer.ts"
import { layoutOf, type NetworkLayout } from "./layout.ts"
import { type Loss, type LossName, lossSchema } from "./losses.ts"
import { type MetricName, metricFor } from "./metrics.ts"
import {
  type CompileOptions,
  compileSchema,
  type EpochSummary,
  fitSchema,
  type History,
  inputSchema,
  type ModelFitOptions,
  type ModelOptions,
  type NamedWeights,
  type Prediction,
} from "./model-options.ts"
import { type Optimizer, optimizerNamed } from "./optimizers.ts"
import { predictRows } from "./predict-rows.ts"
import { createProgressBar } from "./progress-bar.ts"
import { checkSettings } from "./settings.ts"
import type { TrainingSource } from "./source.ts"
import { summaryOf } from "./summary.ts"
import type { Network } from "./trace.ts"
import { inputArrays, targetOf, trainingData, windowOf } from "./training-data.ts"
import { initialTensors, parameterValues, stateValues, withSlots } from "./weights.ts"

const defaultSeed = 1
const batchSizeDefault = 32

/** A chain of layers. The first says what it reads (`inputDim`, `inputLength`), or the shape of the first data does. */
export function Sequential(layers: readonly Layer[], options: ModelOptions = {}): NetworkModel {
  const [first] = layers
  if (first === undefined)
    throw fault("NETWORK_SETTING", { name: "layers", got: "empty", expected: "at least one layer" })
  const { inputType, inputShape } = first.definition
  const build = (shape: readonly number[]) => {
    const input = { kind: "input" as const, shape, type: inputType, name: null }
    const output = layers.reduce<ModelTensor>((tensor, layer) => layer(tensor), input)
    return { inputs: [input], outputs: [output] }
  }
  return new NetworkModel(inputShape === null ? build : build(inputShape), options)
}

/** Any graph of layers between inputs and outputs. */
export function Model(
  { inputs, outputs }: { readonly inputs: readonly ModelTensor[]; readonly outputs: readonly ModelTensor[] },
  options: ModelOptions = {},
): NetworkModel {
  const declared = inputs.filter((input) => input.kind === "input")
  if (declared.length !== inputs.length || outputs.length === 0)
    throw fault("NETWORK_SETTING", {
      name: "inputs",
      got: "a tensor that a layer makes",
      expected: "made by Input",
    })
  return new NetworkModel({ inputs: declared, outputs }, options)
}

/** An input of a functional model; `shape` of one row. Throws NETWORK_SETTING. */
export function Input(
  shape: readonly number[],
  options: { readonly name?: string; readonly type?: "float32" | "int64" } = {},
): ModelTensor {
  checkSettings(inputSchema, { shape, ...options })
  return { kind: "input", shape, type: options.type ?? "float32", name: options.name ?? null }
}

type Built = {
  readonly network: Network
  readonly layout: NetworkLayout
}

/** A network with its weights; made by `Sequential` or `Model`, which throw GRAPH_SHAPE and NETWORK_INPUT for layers that do not fit. */
export class NetworkModel {
  readonly seed: number
  readonly name: string
  readonly #source: Network | ((rowShape: readonly number[]) => Network)
  #built: Built | null = null
  #compiled: (CompileOptions & { readonly chosen: Optimizer }) | null = null
  /** Weights, and moments where it was trained. */
  #tensors: Tensors = {}
  /** Of all fits since the model was compiled. */
  #epoch = 0
  #step = 0
  #serving: Promise<Session> | null = null

  constructor(source: Network | ((rowShape: readonly number[]) => Network), options: ModelOptions) {
    this.seed = options.seed ?? defaultSeed
    this.name = options.name ?? "network"
    this.#source = source
    if (typeof source !== "function") this.#build(source)
  }

  /** Says what is minimised and how; keeps the weights, forgets the moments and steps of an optimiser before. Throws NETWORK_SETTING. */
  compile(options: CompileOptions): void {
    checkSettings(compileSchema, options)
    const { optimizer = "adam" } = options
    const chosen = typeof optimizer === "string" ? optimizerNamed(optimizer) : optimizer
    for (const loss of isListOfLosses(options.loss) ? options.loss : [options.loss])
      checkSettings(lossSchema, lossNamed(loss), "loss")
    this.#compiled = { ...options, chosen }
    this.#epoch = 0
    this.#step = 0
    if (this.#built !== null) this.#tensors = withSlots(this.#built.layout, this.#tensors, 0)
  }

  fit(x: TrainingSource, options?: ModelFitOptions): Promise<History>
  fit(x: ModelData, y: ModelData, options?: ModelFitOptions): Promise<History>
  /** Trains, from the weights as they are. Throws NETWORK_DATA, NETWORK_DATA_NOT_FINITE, NETWORK_SETTING, NETWORK_DIVERGED, CHECKPOINT_UNFIT. */
  async fit(
    x: ModelData | TrainingSource,
    second: ModelData | ModelFitOptions = {},
    third: ModelFitOptions = {},
  ): Promise<History> {
    const { given, source, options } = argumentsOfFit(x, second, third)
    checkSettings(fitSchema, options)
    const { epochs = 1, batchSize = batchSizeDefault } = options
    if (given !== null) this.#buildFor(given.x)
    const { compiled, data } = this.#prepare(given, options, source)
    const { rowCount } = data.source
    const { sample } = data
    const fingerprint = fingerprintOf(compiled, { batchSize, seed: this.seed, rowCount, sample })
    const start = withSlots(compiled.layout, this.#tensors, compiled.optimizer.slotCount)
    const { checkpoint } = options
    const kept =
      checkpoint !== undefined && options.resume === true
        ? await readCheckpoint(checkpoint.path, fingerprint)
        : null
    const course =
      kept ??
      newCourse(start, { firstEpoch: this.#epoch, step: this.#step, metricCount: compiled.metrics.length })
    const bar = createProgressBar(options.verbose ?? process.stderr.isTTY === true)
    try {
      const result = await fit(compiled, course, {
        source: data.source,
        validation: data.validation,
        epochs,
        batchSize,
        shuffle: options.shuffle ?? true,
        seed: this.seed,
        threads: options.threads ?? "auto",
        earlyStopping: options.earlyStopping ?? null,
        checkpoint:
          checkpoint === undefined
            ? null
            : { path: checkpoint.path, everySeconds: checkpoint.everySeconds ?? 30, fingerprint },
        onProgress: bar.show,
        onEpochEnd: async (record) => {
          bar.endEpoch(record, epochs)
          await options.onEpochEnd?.(summaryOfEpoch(record))
        },
        shouldStop: () => options.signal?.aborted === true,
        clock: options.clock ?? systemClock,
      })
      return { ...result, epochs: course.history.map(summaryOfEpoch) }
    } finally {
      bar.close()
      this.#tensors = course.carried
      this.#epoch = course.firstEpoch + course.epoch
      this.#step = course.step
      await this.#changed()
    }
  }

  /** Loss, with penalties, and metrics on rows that it may not have seen. Throws NETWORK_NOT_COMPILED, NETWORK_DATA, NETWORK_DATA_NOT_FINITE. */
  async evaluate(
    x: ModelData,
    y: ModelData,
    options: { readonly sampleWeight?: DataInput } = {},
  ): Promise<{ readonly loss: number } & Partial<Record<MetricName, number>>> {
    this.#buildFor(x)
    const { compiled } = this.#prepare({ x, y }, options, null)
    const window = windowOf(compiled, { x, y, sampleWeight: options.sampleWeight })
    checkWindow(compiled, window)
    const evaluator = await createEvaluator(compiled, { threads: 1 })
    try {
      const { loss, metrics } = await evaluator.evaluate(this.#tensors, window)
      const named = compiled.metrics.map(({ name }, index) => [name, metrics[index]])
      return { loss, ...Object.fromEntries(named) }
    } finally {
      await evaluator.close()
    }
  }

  /** The first output for every row, by the file that `save` would write. Throws NETWORK_DATA. */
  async predict(x: ModelData): Promise<Prediction> {
    const [first] = await this.predictAll(x)
    if (first === undefined) throw new Error("a network has an output")
    return first
  }

  /** Every output for every row. Throws NETWORK_DATA. */
  async predictAll(x: ModelData): Promise<readonly Prediction[]> {
    this.#buildFor(x)
    const { network } = this.#whole()
    const inputs = inputArrays(network, x)
    this.#serving ??= openSession(this.toOnnx(), { threads: 1 })
    const session = await this.#serving
    return predictRows(session, inputs)
  }

  /** Writes the network as an ONNX file, which any ONNX Runtime serves. */
  async save(path: string): Promise<void> {
    await writeFile(path, this.toOnnx())
  }

  /** The bytes of that file. */
  toOnnx(): Uint8Array {
    const { network, layout } = this.#whole()
    const builder = createGraphBuilder()
    const inputs = network.inputs.map(({ name, type, shape }, at) =>
      builder.input(name ?? numbered("input", at, network.inputs.length), type, ["batch", ...shape]),
    )
    const outputs = emitNetwork(builder, network, {
      inputs,
      parameter: (index) => parameterValues(layout, this.#tensors, index),
      state: (index) => stateValues(this.#tensors, index),
    })
    for (const [at, output] of outputs.entries()) {
      const shape = layout.plan.outputShapes[at] ?? []
      builder.output(output, numbered("output", at, outputs.length), "float32", ["batch", ...shape])
    }
    return encodeModel(builder.build({ name: this.name, metadata: {} }))
  }

  /** Copies, layer by layer. */
  getWeights(): readonly NamedWeights[] {
    const { layout } = this.#whole()
    const { plan } = layout
    return plan.weights.map(({ kind, index }) => {
      const { name = "", shape = [] } = (kind === "parameter" ? plan.parameters : plan.states)[index] ?? {}
      const data =
        kind === "parameter"
          ? parameterValues(layout, this.#tensors, index)
          : stateValues(this.#tensors, index)
      return { name, shape, data: data.slice() }
    })
  }

  /** In the order of `getWeights`. Throws NETWORK_DATA. */
  setWeights(values: readonly ArrayLike<number>[]): void {
    const { layout } = this.#whole()
    const known = this.getWeights()
    const wrong = known.findIndex(({ data }, at) => values[at]?.length !== data.length)
    if (values.length !== known.length || wrong >= 0) {
      const of = known[Math.max(wrong, 0)]
      throw fault("NETWORK_DATA", {
        reason: `${values.length} arrays of weights for ${known.length}, and ${of?.name ?? ""} wants ${of?.data.length ?? 0} values`,
      })
    }
    const tensors = Object.fromEntries(
      Object.entries(this.#tensors).map(([name, data]) => [name, data.slice()]),
    )
    for (const [at, { kind, index }] of layout.plan.weights.entries()) {
      const view =
        kind === "parameter" ? parameterValues(layout, tensors, index) : stateValues(tensors, index)
      view.set(Float32Array.from(values[at] ?? []))
    }
    this.#tensors = tensors
    void this.#changed()
  }

  /** Layers with the shapes of their rows and their parameters, as a table. */
  summary(): string {
    return summaryOf(this.name, this.#whole().layout.plan)
  }

  #build(network: Network): Built {
    const layout = layoutOf(network)
    this.#tensors = initialTensors(layout, this.seed)
    this.#built = { network, layout }
    return this.#built
  }

  #buildFor(x: ModelData): void {
    if (this.#built !== null || typeof this.#source !== "function") return
    this.#build(this.#source(toArray(x, { name: "x", type: "float32", rowShape: null }).shape.slice(1)))
  }

  #whole(): Built {
    if (this.#built === null)
      throw fault("NETWORK_DATA", {
        reason: "the first layer does not say what it reads, and there were no data yet",
      })
    return this.#built
  }

  #prepare(
    given: { readonly x: ModelData; readonly y: ModelData } | null,
    options: ModelFitOptions,
    source: TrainingSource | null,
  ): { readonly compiled: CompiledNetwork; readonly data: ReturnType<typeof trainingData> } {
    const { network, layout } = this.#whole()
    if (this.#compiled === null) throw fault("NETWORK_NOT_COMPILED", {})
    const { chosen, loss, lossWeights = [], metrics = [], regularizer, schedule } = this.#compiled
    const outputs = layout.plan.outputShapes
    const losses = lossesOf(loss, outputs.length).map((own, at) => ({
      loss: own,
      weight: lossWeights[at] ?? 1,
      target: targetOf(own, outputs[at] ?? []),
    }))
    const data = trainingData({ network, losses, given, options, source })
    if (options.earlyStopping?.monitor === "valLoss" && data.validation === null)
      throw fault("NETWORK_SETTING", {
        name: "earlyStopping.monitor",
        got: "valLoss without validation data",
        expected: "loss, or beside validationData or validationSplit",
      })
    const compiled: CompiledNetwork = {
      network,
      layout,
      objective: { losses, regularizer: regularizer ?? null, hasWeights: data.hasWeights },
      optimizer: chosen,
      schedule: schedule ?? { kind: "constant" },
      metrics: losses.flatMap(({ loss: own }, output) =>
        metrics.map((name) => ({
          name: output === 0 ? name : `${name}_${output}`,
          output,
          metric: metricFor(name, own.name),
        })),
      ),
    }
    return { compiled, data }
  }

  async #changed(): Promise<void> {
    const serving = this.#serving
    this.#serving = null
    await (await serving)?.close()
  }
}

/** The loss of each output. */
function lossesOf(loss: CompileOptions["loss"], outputCount: number): readonly Loss[] {
  const all = isListOfLosses(loss) ? loss : Array.from({ length: outputCount }, () => loss)
  if (all.length !== outputCount)
    throw fault("NETWORK_SETTING", {
      name: "loss",
      got: `a list of ${all.length}`,
      expected: `one, or one for each of ${outputCount} outputs`,
    })
  return all.map(lossNamed)
}

function lossNamed(loss: LossName | Loss): Loss {
  return typeof loss === "string" ? { name: loss } : loss
}

function isListOfLosses(loss: CompileOptions["loss"]): loss is readonly (LossName | Loss)[] {
  return Array.isArray(loss)
}

function argumentsOfFit(
  x: ModelData | TrainingSource,
  second: ModelData | ModelFitOptions,
  third: ModelFitOptions,
) {
  if (isTrainingSource(x)) return { given: null, source: x, options: isFitOptions(second) ? second : third }
  if (isFitOptions(second)) throw fault("NETWORK_DATA", { reason: "y is missing" })
  return { given: { x, y: second }, source: null, options: third }
}

function isTrainingSource(x: ModelData | TrainingSource): x is TrainingSource {
  return "windows" in x
}

function isFitOptions(given: ModelData | ModelFitOptions): given is ModelFitOptions {
  return !Array.isArray(given) && !ArrayBuffer.isView(given) && !("shape" in given)
}

function summaryOfEpoch({ metrics, ...epoch }: EpochRecord): EpochSummary {
  return { ...epoch, ...metrics }
}

function numbered(name: string, at: number, count: number): string {
  return count === 1 ? name : `${name}_${at}`
}
