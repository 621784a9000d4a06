/** @file A linear model's optimisation problem and the answer to it, common to all solvers. */
import { addScaled, type Compressed, multiply, multiplyTransposed, weightedSquares } from "./kernels.ts"
import type { Loss } from "./loss.ts"

/**
 * Minimise over parameters [size, outputs] (the last row is the intercept, not penalised)
 *   sum of weights * loss + lasso * |w|_1 + ridge / 2 * |w|^2, the weights summing to 1.
 */
export type Problem = {
  /** With the column of ones. */
  readonly rows: Compressed
  /** Columns, the intercept's included. */
  readonly size: number
  readonly loss: Loss
  /** Root mean square of each column times the spread of the target: what a derivative is small beside. */
  readonly scales: Float64Array
}

export type Penalties = { readonly ridge: number; readonly lasso: number }

export type Solution = {
  readonly parameters: Float64Array
  readonly iterations: number
  /** Greatest derivative (with L1: greatest breach of optimality) relative to the column's scale. */
  readonly gradientNorm: number
  readonly isConverged: boolean
}

/** Where a solver stands; a line search moves all of it. */
export type Standing = {
  readonly parameters: Float64Array
  readonly margins: Float64Array
  readonly residuals: Float64Array
  /** The objective here. */
  value: number
}

/** A fit ends when no derivative is above this part of its scale. */
export const gradientTolerance = 1e-9

/** Root of the weighted mean square of every column; 0 for a column of zeros. */
export function columnScales(rows: Compressed, weights: Float64Array, size: number): Float64Array {
  const squares = new Float64Array(size)
  weightedSquares(rows, weights, squares)
  return squares.map(Math.sqrt)
}

/** Greatest breach of optimality relative to the scales: |derivative|, less what |w|_1 can take up where the weight is 0. */
export function optimalityGap(
  problem: Problem,
  parameters: Float64Array,
  gradient: Float64Array,
  lasso: number,
): number {
  const { size, scales } = problem
  const { outputCount } = problem.loss
  let greatest = 0
  for (let column = 0; column < size; column++) {
    const scale = scales[column] ?? 0
    if (scale === 0) continue
    const slack = column === size - 1 ? 0 : lasso
    for (let at = column * outputCount; at < (column + 1) * outputCount; at++) {
      const derivative = gradient[at] ?? 0
      const parameter = parameters[at] ?? 0
      const breach =
        parameter === 0
          ? Math.max(0, Math.abs(derivative) - slack)
          : Math.abs(derivative + Math.sign(parameter) * slack)
      greatest = Math.max(greatest, breach / scale)
    }
  }
  return greatest
}

/** lasso * |w|_1 + ridge / 2 * |w|^2 without the intercept. */
export function penaltyOf(
  problem: Pick<Problem, "loss">,
  parameters: Float64Array,
  { ridge, lasso }: Penalties,
): number {
  let absolutes = 0
  let squares = 0
  for (let at = 0; at < parameters.length - problem.loss.outputCount; at++) {
    const parameter = parameters[at] ?? 0
    absolutes += Math.abs(parameter)
    squares += parameter * parameter
  }
  return lasso * absolutes + 0.5 * ridge * squares
}

/** Margins, residuals and objective at these parameters, which are copied. */
export function standAt(problem: Problem, penalties: Penalties, start: Float64Array): Standing {
  const { rows, loss } = problem
  const parameters = start.slice()
  const margins = new Float64Array((rows.starts.length - 1) * loss.outputCount)
  const residuals = new Float64Array(margins.length)
  multiply(rows, parameters, loss.outputCount, margins)
  const value = loss.evaluate(margins, residuals) + penaltyOf(problem, parameters, penalties)
  return { parameters, margins, residuals, value }
}

/** Derivatives of loss and ridge. */
export function smoothGradient(problem: Problem, { ridge }: Penalties, standing: Standing): Float64Array {
  const { outputCount } = problem.loss
  const { parameters, residuals } = standing
  const gradient = new Float64Array(parameters.length)
  multiplyTransposed(problem.rows, residuals, outputCount, gradient)
  addScaled(gradient.subarray(0, -outputCount), ridge, parameters.subarray(0, -outputCount))
  return gradient
}
