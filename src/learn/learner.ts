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
  /** Features that hold the code of a category, a whole number from 0; none of them in the one-hot form. */
  readonly categories: readonly CategoryFeature[]
}

export type CategoryFeature = { readonly feature: number; readonly levelCount: number }

export type LearnerName = "constant" | "linear" | "network"

/** What is told of a fitted learner; JSON. */
export type LearnerDescription = {
  readonly learner: LearnerName
  /** What was chosen before the fit. */
  readonly parameters: Readonly<Record<string, number | string | boolean | readonly number[]>>
  /** What the fit found. */
  readonly facts: Readonly<Record<string, number | boolean | readonly number[]>>
}

export type FittedLearner = {
  readonly learner: LearnerName
  readonly describe: () => LearnerDescription
  /** features row-major [rowCount, features] to probabilities row-major [rowCount, classes], or predictions [rowCount]. */
  readonly predict: (features: Float32Array, rowCount: number) => Float64Array | Promise<Float64Array>
  /** Appends the learner's nodes; `features` names float32 [batch, features]. Returns the name of float32 [batch, classes] probabilities, or of [batch] predictions. */
  readonly emit: (builder: GraphBuilder, features: string) => string
  /** What the file keeps for explanations beside the nodes; computed when asked for. */
  readonly metadata?: () => Promise<Readonly<Record<string, string>>>
}

/** One that needs no session to predict. */
export type FittedInPlace = Omit<FittedLearner, "predict"> & {
  readonly predict: (features: Float32Array, rowCount: number) => Float64Array
}

/** Asked between iterations; true ends the fit without a result. */
export type ShouldStop = () => boolean
