/** @file What users of a network say, and what they get back. */
import type { Clock } from "../../base/clock.ts"
import type { EpochRecord } from "./course.ts"
import type { DataInput, ModelData } from "./data.ts"
import type { EarlyStopping, FitResult } from "./fit.ts"
import type { Loss, LossName } from "./losses.ts"
import type { MetricName } from "./metrics.ts"
import type { Optimizer, OptimizerName } from "./optimizers.ts"
import type { Regularizer } from "./regularizers.ts"
import type { Schedule } from "./schedules.ts"

export type CompileOptions = {
  /** One for all outputs, or one for each. */
  readonly loss: LossName | Loss | readonly (LossName | Loss)[]
  readonly optimizer?: OptimizerName | Optimizer
  readonly metrics?: readonly MetricName[]
  /** One per output (1). */
  readonly lossWeights?: readonly number[]
  /** On every kernel that has none of its own. */
  readonly regularizer?: Regularizer
  readonly schedule?: Schedule
}

export type ModelFitOptions = {
  readonly epochs?: number
  readonly batchSize?: number
  readonly shuffle?: boolean
  readonly validationData?: {
    readonly x: ModelData
    readonly y: ModelData
    readonly sampleWeight?: DataInput
  }
  /** The share of rows, from the end, that is held back to validate on. */
  readonly validationSplit?: number
  readonly sampleWeight?: DataInput
  /** By class of the first output's targets. */
  readonly classWeight?: Readonly<Record<number, number>>
  readonly earlyStopping?: EarlyStopping
  readonly checkpoint?: { readonly path: string; readonly everySeconds?: number }
  /** Go on from the checkpoint, where there is one. */
  readonly resume?: boolean
  readonly onEpochEnd?: (epoch: EpochSummary) => void | Promise<void>
  readonly signal?: AbortSignal
  /** A progress bar on stderr; where that is a terminal, unless said otherwise. */
  readonly verbose?: boolean
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

export type History = FitResult & { readonly epochs: readonly EpochSummary[] }

export type Prediction = { readonly data: Float32Array; readonly shape: readonly number[] }

/** Weights in Keras's order: layer by layer, kernel [in, out] before bias [out]; moving averages behind the scales of their layer. */
export type NamedWeights = Prediction & { readonly name: string }

export type ModelOptions = { readonly seed?: number; readonly name?: string }
