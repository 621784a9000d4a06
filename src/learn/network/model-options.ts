/** @file What users of a network say, and what they get back. */
import { z } from "zod"

import type { Clock } from "../../base/clock.ts"
import { optimizerNames } from "../../base/training-choices.ts"
import type { EpochRecord } from "./course.ts"
import type { DataInput, ModelData } from "./data.ts"
import type { EarlyStopping, FitResult } from "./fit.ts"
import { layerName } from "./layer.ts"
import { type Loss, type LossName, lossNames } from "./losses.ts"
import { type MetricName, metricNames } from "./metrics.ts"
import type { Optimizer, OptimizerName } from "./optimizers.ts"
import { type Regularizer, regularizerSchema } from "./regularizers.ts"
import { type Schedule, scheduleSchema } from "./schedules.ts"
import { atLeast, flag, oneOf, wholeFrom, within } from "./settings.ts"

/** What is minimised and how. The optimizer is `adam` unless said. */
export type CompileOptions = {
  /** One for all outputs, or one for each. */
  readonly loss: LossName | Loss | readonly (LossName | Loss)[]
  readonly optimizer?: OptimizerName | Optimizer
  /** Watched beside the loss, for every output. */
  readonly metrics?: readonly MetricName[]
  /** One per output (1). */
  readonly lossWeights?: readonly number[]
  /** On every kernel that has none of its own. */
  readonly regularizer?: Regularizer
  /** The learning rate over the steps of a fit (constant). */
  readonly schedule?: Schedule
}

/** How a model is trained; defaults in brackets. */
export type ModelFitOptions = {
  /** How often all rows are seen (1). */
  readonly epochs?: number
  /** Rows of a step (32); the last step of an epoch may have fewer. */
  readonly batchSize?: number
  /** Rows in another order each epoch (true). */
  readonly shuffle?: boolean
  /** Measured at the end of each epoch, never trained on. */
  readonly validationData?: {
    readonly x: ModelData
    readonly y: ModelData
    readonly sampleWeight?: DataInput
  }
  /** The share of rows, from the end, that is held back to validate on. */
  readonly validationSplit?: number
  /** How much each row weighs in the loss (1). */
  readonly sampleWeight?: DataInput
  /** By class of the first output's targets. */
  readonly classWeight?: Readonly<Record<number, number>>
  readonly earlyStopping?: EarlyStopping
  /** Written between calls, every 30 seconds unless said, and at the end. */
  readonly checkpoint?: { readonly path: string; readonly everySeconds?: number }
  /** Go on from the checkpoint, where there is one. */
  readonly resume?: boolean
  /** Waited for. */
  readonly onEpochEnd?: (epoch: EpochSummary) => void | Promise<void>
  /** Looked at between calls; a stopped fit ends as `stopped` and keeps its weights. */
  readonly signal?: AbortSignal
  /** A progress bar on stderr; where that is a terminal, unless said otherwise. */
  readonly verbose?: boolean
  /** By the size of a step ("auto"). */
  readonly threads?: number | "auto"
  readonly clock?: Clock
}

/** An epoch with its metrics beside: `accuracy`, `valLoss`, `valAccuracy` ... */
export type EpochSummary = Omit<EpochRecord, "metrics"> & {
  readonly [Name in
    | MetricName
    | "valLoss"
    | "valAccuracy"
    | "valMeanAbsoluteError"
    | "valMeanSquaredError"]?: number
}

/** All epochs, those before a resume too, and how it ended. */
export type History = FitResult & { readonly epochs: readonly EpochSummary[] }

/** Row-major [rows, ...] of an output. */
export type Prediction = { readonly data: Float32Array; readonly shape: readonly number[] }

/** Weights in Keras's order: layer by layer, kernel [in, out] before bias [out]; moving averages behind the scales of their layer. */
export type NamedWeights = Prediction & { readonly name: string }

/** `seed` (1) of first weights, orders and dropout; `name` of the saved graph ("network"). */
export type ModelOptions = { readonly seed?: number; readonly name?: string }

/** What `Input` is given. */
export const inputSchema = z.strictObject({
  shape: z.array(wholeFrom(1)),
  name: layerName.optional(),
  type: oneOf(["float32", "int64"]).optional(),
})

/** What `compile` is given; losses are checked one by one. */
export const compileSchema = z.strictObject({
  loss: z.unknown().refine((loss) => loss !== undefined, { error: `one of ${lossNames.join(", ")}` }),
  optimizer: z
    .union([oneOf(optimizerNames), z.looseObject({ slotCount: z.number() })], {
      error: `one of ${optimizerNames.join(", ")}, or made by SGD, RMSprop, Adam or AdamW`,
    })
    .optional(),
  metrics: z.array(oneOf(metricNames), { error: "a list of metrics" }).optional(),
  lossWeights: z.array(atLeast(0), { error: "a list of numbers" }).optional(),
  regularizer: regularizerSchema.optional(),
  schedule: scheduleSchema.optional(),
})

/** What `fit` is given beside the data; data that hang on others (weights, validation) are checked with them. */
export const fitSchema = z.strictObject({
  epochs: wholeFrom(1).optional(),
  batchSize: wholeFrom(1).optional(),
  shuffle: flag.optional(),
  validationData: z
    .strictObject({ x: z.unknown(), y: z.unknown(), sampleWeight: z.unknown().optional() })
    .optional(),
  validationSplit: within(0, 1).optional(),
  sampleWeight: z.unknown().optional(),
  classWeight: z.record(z.string(), atLeast(0)).optional(),
  earlyStopping: z
    .strictObject({
      patience: wholeFrom(0),
      minDelta: atLeast(0).optional(),
      restoreBest: flag.optional(),
      monitor: oneOf(["loss", "valLoss"]).optional(),
    })
    .optional(),
  checkpoint: z
    .strictObject({
      path: z.string({ error: "the path of a file" }),
      everySeconds: atLeast(0).optional(),
    })
    .optional(),
  resume: flag.optional(),
  onEpochEnd: z.unknown().optional(),
  signal: z.unknown().optional(),
  verbose: flag.optional(),
  threads: z.union([z.literal("auto"), wholeFrom(1)], { error: "auto, or a whole number from 1" }).optional(),
  clock: z.unknown().optional(),
})
