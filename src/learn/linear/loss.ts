/** @file The three losses of linear models behind one face, as functions of the margins [rows, outputs]. */
import { logisticResiduals, softmaxCurvature, softmaxResiduals, squaredResiduals } from "./kernels.ts"

/** Targets are numbers, or class indices as numbers; weights [rows] sum to 1. */
export type LossInput = {
  readonly kind: "squared" | "logistic" | "softmax"
  readonly outputCount: number
  readonly targets: Float64Array
  readonly weights: Float64Array
}

export type Loss = {
  readonly kind: LossInput["kind"]
  readonly outputCount: number
  readonly weights: Float64Array
  /** Weighted sum of losses at these margins; their derivatives go into `residuals`, their curvature is kept. */
  readonly evaluate: (margins: Float64Array, residuals: Float64Array) => number
  /** Second derivative times a change of the margins, where `evaluate` was called last. */
  readonly curve: (changes: Float64Array, products: Float64Array) => void
  /** Second derivative of each row by its own margin of one output. */
  readonly curvature: (output: number, diagonal: Float64Array) => void
  /** Probabilities [rows, outputs] kept by `evaluate`; null for squared error. */
  readonly probabilities: Float64Array | null
}

export function createLoss(input: LossInput): Loss {
  if (input.kind === "squared") return squaredLoss(input)
  return input.kind === "logistic" ? logisticLoss(input) : softmaxLoss(input)
}

function squaredLoss({ targets, weights }: LossInput): Loss {
  return {
    kind: "squared",
    outputCount: 1,
    weights,
    probabilities: null,
    evaluate: (margins, residuals) => squaredResiduals(margins, targets, weights, residuals),
    curve: (changes, products) => {
      for (let row = 0; row < weights.length; row++) products[row] = (weights[row] ?? 0) * (changes[row] ?? 0)
    },
    curvature: (_, diagonal) => diagonal.set(weights),
  }
}

function logisticLoss({ targets, weights }: LossInput): Loss {
  const probabilities = new Float64Array(weights.length)
  const diagonalOf = (row: number) => {
    const probability = probabilities[row] ?? 0
    return (weights[row] ?? 0) * probability * (1 - probability)
  }
  return {
    kind: "logistic",
    outputCount: 1,
    weights,
    probabilities,
    evaluate: (margins, residuals) => logisticResiduals(margins, targets, weights, probabilities, residuals),
    curve: (changes, products) => {
      for (let row = 0; row < weights.length; row++) products[row] = diagonalOf(row) * (changes[row] ?? 0)
    },
    curvature: (_, diagonal) => {
      for (let row = 0; row < weights.length; row++) diagonal[row] = diagonalOf(row)
    },
  }
}

function softmaxLoss({ targets, weights, outputCount }: LossInput): Loss {
  const probabilities = new Float64Array(weights.length * outputCount)
  return {
    kind: "softmax",
    outputCount,
    weights,
    probabilities,
    evaluate: (margins, residuals) =>
      softmaxResiduals(margins, targets, weights, outputCount, probabilities, residuals),
    curve: (changes, products) => softmaxCurvature(changes, weights, outputCount, probabilities, products),
    curvature: (output, diagonal) => {
      for (let row = 0; row < weights.length; row++) {
        const probability = probabilities[row * outputCount + output] ?? 0
        diagonal[row] = (weights[row] ?? 0) * probability * (1 - probability)
      }
    },
  }
}
