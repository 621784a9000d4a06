/** @file The contract of every learner: what it is trained on, and what a fitted one can do. */
import type { GraphBuilder } from "../onnx/builder.ts"

/** Classes 0 to classCount - 1, or numbers; one per row. */
export type TrainingTarget =
  | { readonly kind: "classes"; readonly values: Int32Array; readonly classCount: number }
  | { readonly kind: "number"; readonly values: Float64Array }

export type TrainingData = {
  readonly rowCount: number
  readonly featureCount: number
  /** Row-major [rowCount, featureCount], finite. */
  readonly features: Float32Array
  readonly target: TrainingTarget
  /** One per row, at least 0; null: every row weighs 1. */
  readonly weights: Float64Array | null
}

export type LearnerName = "constant" | "linear"

/** What is told of a fitted learner; JSON. */
export type LearnerDescription = {
  readonly learner: LearnerName
  /** What was chosen before the fit. */
  readonly parameters: Readonly<Record<string, number | string | boolean>>
  /** What the fit found. */
  readonly facts: Readonly<Record<string, number | boolean | readonly number[]>>
}

export type FittedLearner = {
  readonly learner: LearnerName
  readonly describe: () => LearnerDescription
  /** features row-major [rowCount, features] to probabilities row-major [rowCount, classes], or predictions [rowCount]. */
  readonly predict: (features: Float32Array, rowCount: number) => Float64Array
  /** Appends the learner's nodes; `features` names float32 [batch, features]. Returns the name of float32 [batch, classes] probabilities, or of [batch] predictions. */
  readonly emit: (builder: GraphBuilder, features: string) => string
}

/** Asked between iterations; true ends the fit without a result. */
export type ShouldStop = () => boolean
