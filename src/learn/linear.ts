/** @file Ridge, logistic and elastic-net models by scikit-learn's objectives, in float64 and without randomness. */
import assert from "node:assert"
import { int } from "../onnx/attributes.ts"
import type { GraphBuilder } from "../onnx/builder.ts"
import { float32, int64 } from "../onnx/tensors.ts"
import type { FittedInPlace, ShouldStop, TrainingData } from "./learner.ts"
import { solveCoordinateDescent } from "./linear/coordinate-descent.ts"
import { solveNewton } from "./linear/newton.ts"
import type { Solution } from "./linear/problem.ts"
import { type LinearTask, prepareTask } from "./linear/task.ts"

/**
 * Minimises sum of row weight * loss + penalty * (l1Ratio |w|_1 + (1 - l1Ratio) / 2 |w|^2); loss is (y - f)^2 / 2 or log loss, the
 * intercept is not penalised. In scikit-learn's words: LogisticRegression with C = 1 / penalty; Ridge with alpha = penalty; ElasticNet with
 * alpha = penalty / sum of row weights.
 */
export type LinearSettings = { readonly penalty: number; readonly l1Ratio: number }

/** Below this a separable problem has no answer that float64 can tell from infinity. */
export const leastPenalty = 1e-6

export type FittedLinear = FittedInPlace & {
  readonly learner: "linear"
  /** Row-major [features, outputs]; one output for numbers and two classes (the margin of class 1), else one per class. */
  readonly weights: Float64Array
  readonly intercept: Float64Array
}

/** Null when `shouldStop` said so. */
export function fitLinear(
  data: TrainingData,
  settings: LinearSettings,
  shouldStop: ShouldStop = () => false,
): FittedLinear | null {
  const [fitted] = fitLinearPath(data, [settings.penalty], { l1Ratio: settings.l1Ratio, shouldStop })
  return fitted ?? null
}

/**
 * One fit per penalty, in the order given; they are solved from the greatest penalty to the least, each from the answer before. Those
 * not reached when `shouldStop` says so are null.
 */
export function fitLinearPath(
  data: TrainingData,
  penalties: readonly number[],
  options: { readonly l1Ratio?: number; readonly shouldStop?: ShouldStop } = {},
): (FittedLinear | null)[] {
  const { l1Ratio = 0, shouldStop = () => false } = options
  assert(l1Ratio >= 0 && l1Ratio <= 1)
  for (const penalty of penalties)
    assert(penalty >= leastPenalty, `penalty ${penalty} is below ${leastPenalty}`)
  const task = prepareTask(data)
  const descending = [...penalties.keys()].sort((a, b) => (penalties[b] ?? 0) - (penalties[a] ?? 0))
  const fits: (FittedLinear | null)[] = penalties.map(() => null)
  let parameters = task.start
  for (const index of descending) {
    const settings = { penalty: penalties[index] ?? leastPenalty, l1Ratio }
    const solution = solve(task, settings, parameters, shouldStop)
    if (solution === null) break
    parameters = solution.parameters
    fits[index] = fittedLinear(task, settings, solution)
  }
  return fits
}

function solve(
  task: LinearTask,
  { penalty, l1Ratio }: LinearSettings,
  start: Float64Array,
  shouldStop: ShouldStop,
): Solution | null {
  const { problem, totalWeight } = task
  if (problem === null) return { parameters: start, iterations: 0, gradientNorm: 0, isConverged: true }
  const penalties = {
    ridge: (penalty * (1 - l1Ratio)) / totalWeight,
    lasso: (penalty * l1Ratio) / totalWeight,
  }
  return l1Ratio === 0
    ? solveNewton(problem, penalties, start, shouldStop)
    : solveCoordinateDescent({ ...problem, columns: task.columns() }, penalties, start, shouldStop)
}

function fittedLinear(task: LinearTask, settings: LinearSettings, solution: Solution): FittedLinear {
  const { weights, intercept } = task.complete(solution.parameters)
  const { link, featureCount } = task
  const { iterations, gradientNorm, isConverged } = solution
  return {
    learner: "linear",
    weights,
    intercept,
    describe: () => ({
      learner: "linear",
      parameters: settings,
      facts: {
        iterations,
        gradientNorm,
        isConverged,
        nonZeroWeights: weights.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0),
      },
    }),
    predict: (features, rowCount) => {
      assert(features.length === rowCount * featureCount)
      const scores = linearScores({ features, rowCount, weights, intercept })
      if (link === "identity") return scores
      return link === "sigmoid" ? sigmoidPairs(scores) : softmaxRows(scores, intercept.length)
    },
    emit: (builder, features) => emitLinear(builder, features, { weights, intercept, link }),
  }
}

/** x W + b, row-major [rows, outputs]. */
function linearScores(options: {
  readonly features: Float32Array
  readonly rowCount: number
  readonly weights: Float64Array
  readonly intercept: Float64Array
}): Float64Array {
  const { features, rowCount, weights, intercept } = options
  const outputCount = intercept.length
  const featureCount = weights.length / outputCount
  const scores = new Float64Array(rowCount * outputCount)
  for (let row = 0; row < rowCount; row++) {
    const to = row * outputCount
    scores.set(intercept, to)
    for (let feature = 0; feature < featureCount; feature++) {
      const value = features[row * featureCount + feature] ?? 0
      if (value === 0) continue
      for (let output = 0; output < outputCount; output++)
        scores[to + output] =
          (scores[to + output] ?? 0) + value * (weights[feature * outputCount + output] ?? 0)
    }
  }
  return scores
}

/** Margins of class 1 to probabilities [rows, 2]; each by its own sigmoid, so that a small one keeps its digits. */
function sigmoidPairs(margins: Float64Array): Float64Array {
  const probabilities = new Float64Array(2 * margins.length)
  for (const [row, margin] of margins.entries()) {
    probabilities[2 * row] = 1 / (1 + Math.exp(margin))
    probabilities[2 * row + 1] = 1 / (1 + Math.exp(-margin))
  }
  return probabilities
}

function softmaxRows(scores: Float64Array, classCount: number): Float64Array {
  const probabilities = new Float64Array(scores.length)
  for (let start = 0; start < scores.length; start += classCount) {
    const row = scores.subarray(start, start + classCount)
    const greatest = row.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY)
    const powers = row.map((score) => Math.exp(score - greatest))
    const total = powers.reduce((sum, power) => sum + power, 0)
    probabilities.set(
      powers.map((power) => power / total),
      start,
    )
  }
  return probabilities
}

/** The names of these values and constants are a contract: explanations are derived from the file by them. */
function emitLinear(
  builder: GraphBuilder,
  features: string,
  model: {
    readonly weights: Float64Array
    readonly intercept: Float64Array
    readonly link: LinearTask["link"]
  },
): string {
  const outputCount = model.intercept.length
  const weights = builder.constant(
    float32(model.weights, [model.weights.length / outputCount, outputCount]),
    "linear/weights",
  )
  const intercept = builder.constant(float32(model.intercept), "linear/intercept")
  const [input = ""] = builder.node("Identity", [features], { outputs: ["linear/features"] })
  const [score = ""] = builder.node("Gemm", [input, weights, intercept], { outputs: ["linear/score"] })
  if (model.link === "identity") return builder.op("Reshape", [score, builder.constant(int64([-1]))])
  if (model.link === "softmax") return builder.op("Softmax", [score], { axis: int(1) })
  // Softmax of -z/2 and z/2 is the sigmoid of -z and z; ONNX Runtime's own Sigmoid is 0 below about -18.
  const halves = builder.op("Mul", [score, builder.constant(float32([-0.5, 0.5], [1, 2]))])
  return builder.op("Softmax", [halves], { axis: int(1) })
}
