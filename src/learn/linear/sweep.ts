/** @file The inner loop of coordinate descent: one coordinate of the quadratic model after the other, on compressed columns. */
// biome-ignore-all lint/style/noNonNullAssertion: only a numeric kernel lives here; its caller fixes every length
import type { Compressed } from "./kernels.ts"

/**
 * The quadratic model around some parameters: gradient . d + d^T Hessian d / 2 + lasso |p + d|_1 + ridge / 2 |p + d|^2, where the Hessian
 * is that of one output (curvature [rows]) or of softmax (probabilities [rows, outputs], curvature = weights [rows]).
 */
export type QuadraticModel = {
  readonly columns: Compressed
  readonly outputCount: number
  readonly ridge: number
  readonly lasso: number
  /** Derivatives of the loss alone at the start. */
  readonly gradient: Float64Array
  /** Second derivative of the loss by each parameter. */
  readonly diagonal: Float64Array
  readonly curvature: Float64Array
  readonly probabilities: Float64Array | null
  /** p + d, changed in place. */
  readonly parameters: Float64Array
  /** X d [rows, outputs], kept up to date. */
  readonly changes: Float64Array
  /** Softmax: sum over outputs of probability * change, per row. */
  readonly meanChanges: Float64Array
  /** Root mean square of each column. */
  readonly scales: Float64Array
}

/** Minimises by each parameter in turn (with `activeOnly` those that are not 0, and the intercept); returns the greatest breach met, relative to the scales. */
export function sweep(model: QuadraticModel, activeOnly: boolean): number {
  const { outputCount, scales, parameters } = model
  const last = scales.length - 1
  let greatest = 0
  for (let column = 0; column <= last; column++) {
    if (scales[column] === 0) continue
    for (let output = 0; output < outputCount; output++) {
      const at = column * outputCount + output
      if (activeOnly && column < last && parameters[at] === 0) continue
      const breach = minimiseCoordinate(model, column, output, column === last) / scales[column]!
      if (breach > greatest) greatest = breach
    }
  }
  return greatest
}

function minimiseCoordinate(
  model: QuadraticModel,
  column: number,
  output: number,
  isIntercept: boolean,
): number {
  const at = column * model.outputCount + output
  const ridge = isIntercept ? 0 : model.ridge
  const lasso = isIntercept ? 0 : model.lasso
  const second = model.diagonal[at]! + ridge
  // Probabilities of exactly 0 or 1 leave a column without curvature: nothing to gain there.
  if (second <= 0) return 0
  const old = model.parameters[at]!
  const derivative = model.gradient[at]! + modelDerivative(model, column, output) + ridge * old
  const target = second * old - derivative
  const shrunk = target > lasso ? target - lasso : target < -lasso ? target + lasso : 0
  const change = shrunk / second - old
  if (change === 0) return 0
  model.parameters[at] = old + change
  if (model.probabilities === null) addColumn(model, column, change)
  else addSoftmaxColumn(model, model.probabilities, column, output, change)
  return Math.abs(change) * second
}

/** Row of X^T Hessian X d for one parameter. */
function modelDerivative(model: QuadraticModel, column: number, output: number): number {
  const { starts, indices, values } = model.columns
  const { outputCount, probabilities, curvature, changes, meanChanges } = model
  const end = starts[column + 1]!
  let sum = 0
  if (probabilities === null) {
    for (let entry = starts[column]!; entry < end; entry++) {
      const row = indices[entry]!
      sum += values[entry]! * curvature[row]! * changes[row]!
    }
    return sum
  }
  for (let entry = starts[column]!; entry < end; entry++) {
    const row = indices[entry]!
    const cell = row * outputCount + output
    sum += values[entry]! * curvature[row]! * probabilities[cell]! * (changes[cell]! - meanChanges[row]!)
  }
  return sum
}

function addColumn(model: QuadraticModel, column: number, change: number): void {
  const { starts, indices, values } = model.columns
  const { changes } = model
  const end = starts[column + 1]!
  for (let entry = starts[column]!; entry < end; entry++) changes[indices[entry]!]! += change * values[entry]!
}

function addSoftmaxColumn(
  model: QuadraticModel,
  probabilities: Float64Array,
  column: number,
  output: number,
  change: number,
): void {
  const { starts, indices, values } = model.columns
  const { outputCount, changes, meanChanges } = model
  const end = starts[column + 1]!
  for (let entry = starts[column]!; entry < end; entry++) {
    const row = indices[entry]!
    const cell = row * outputCount + output
    const added = change * values[entry]!
    changes[cell]! += added
    meanChanges[row]! += probabilities[cell]! * added
  }
}
