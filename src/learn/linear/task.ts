/** @file From training data to the problem that is solved, and from its parameters back to weights for every class. */
import assert from "node:assert"

import type { TrainingData } from "../learner.ts"
import { type Compressed, compressRows, multiply, transpose } from "./kernels.ts"
import { createLoss, type LossInput } from "./loss.ts"
import { columnScales, type Problem } from "./problem.ts"

export type LinearTask = {
  readonly featureCount: number
  readonly totalWeight: number
  /** Null where there is nothing to solve: all rows are of one class. */
  readonly problem: Problem | null
  /** The design by column, made when first asked for. */
  readonly columns: () => Compressed
  /** Parameters to start from: no weights, the best intercept without them. */
  readonly start: Float64Array
  /** Weights [features, outputs] and intercept [outputs] of the model, also for classes that no row has. */
  readonly complete: (parameters: Float64Array) => Coefficients
  readonly link: "identity" | "sigmoid" | "softmax"
}

type Coefficients = { readonly weights: Float64Array; readonly intercept: Float64Array }

/** A class that no training row has is given the probability that half a row would: never 0, which no later row could forgive. */
const unseenClassRows = 0.5

export function prepareTask(data: TrainingData): LinearTask {
  const { rowCount, featureCount, features, target, weights } = data
  assert(rowCount > 0 && featureCount > 0)
  assert(features.length === rowCount * featureCount && target.values.length === rowCount)
  assert(features.every(Number.isFinite), "features are finite")
  const totalWeight = weights === null ? rowCount : weights.reduce((sum, weight) => sum + weight, 0)
  assert(totalWeight > 0)
  const rowWeights = Float64Array.from({ length: rowCount }, (_, row) => (weights?.[row] ?? 1) / totalWeight)
  const common = { data, rowWeights, totalWeight, size: featureCount + 1 }
  return target.kind === "number" ? numberTask(common, target.values) : classTask(common, target)
}

type Common = {
  readonly data: TrainingData
  /** Sum to 1. */
  readonly rowWeights: Float64Array
  readonly totalWeight: number
  readonly size: number
}

function numberTask(common: Common, values: Float64Array): LinearTask {
  const { rowWeights } = common
  const mean = values.reduce((sum, value, row) => sum + (rowWeights[row] ?? 0) * value, 0)
  const variance = values.reduce((sum, value, row) => sum + (rowWeights[row] ?? 0) * (value - mean) ** 2, 0)
  // The spread of the target is the scale of its derivatives.
  const spread = variance > 0 ? Math.sqrt(variance) : 1
  const loss = { kind: "squared", outputCount: 1, targets: values, weights: rowWeights } as const
  return {
    ...solvable(common, loss, spread),
    start: startFrom(common.size, Float64Array.of(mean)),
    complete: (parameters) => split(parameters, 1),
    link: "identity",
  }
}

function classTask(
  common: Common,
  target: { readonly values: Int32Array; readonly classCount: number },
): LinearTask {
  const { rowWeights, size, totalWeight, data } = common
  const { classCount } = target
  const link = classCount === 2 ? "sigmoid" : "softmax"
  const shares = new Float64Array(classCount)
  for (const [row, index] of target.values.entries())
    shares[index] = (shares[index] ?? 0) + (rowWeights[row] ?? 0)
  const seen = [...shares.keys()].filter((index) => (shares[index] ?? 0) > 0)
  if (seen.length === 1) {
    const smoothed = shares.map((share) => share + (share > 0 ? 0 : unseenClassRows / totalWeight))
    const start = startFrom(size, link === "sigmoid" ? logOdds(smoothed) : smoothed.map(Math.log))
    const complete = (parameters: Float64Array) => split(parameters, start.length / size)
    return { ...unsolvable(common), start, complete, link }
  }
  if (link === "sigmoid") {
    const targets = Float64Array.from(target.values)
    return {
      ...solvable(common, { kind: "logistic", outputCount: 1, targets, weights: rowWeights }, 1),
      start: startFrom(size, logOdds(shares)),
      complete: (parameters) => split(parameters, 1),
      link,
    }
  }
  const targets = Float64Array.from(target.values, (index) => seen.indexOf(index))
  const logShares = Float64Array.from(seen, (index) => Math.log(shares[index] ?? 1))
  const outputCount = seen.length
  const solved = solvable(common, { kind: "softmax", outputCount, targets, weights: rowWeights }, 1)
  return {
    ...solved,
    start: startFrom(size, logShares),
    complete: (parameters) =>
      withUnseenClasses(split(centred(parameters, outputCount), outputCount), {
        seen,
        classCount,
        unseenIntercept: seen.length === classCount ? 0 : unseenIntercept(solved.problem, parameters, common),
        featureCount: data.featureCount,
      }),
    link,
  }
}

function solvable(
  { data, rowWeights, totalWeight, size }: Common,
  loss: LossInput,
  spread: number,
): Pick<LinearTask, "featureCount" | "totalWeight" | "columns"> & { readonly problem: Problem } {
  const rows = compressRows(data.features, data.rowCount, data.featureCount)
  const scales = columnScales(rows, rowWeights, size).map((scale) => scale * spread)
  let columns: Compressed | null = null
  return {
    featureCount: data.featureCount,
    totalWeight,
    problem: { rows, size, loss: createLoss(loss), scales },
    columns: () => {
      columns ??= transpose(rows, size)
      return columns
    },
  }
}

function unsolvable({
  data,
  totalWeight,
}: Common): Pick<LinearTask, "featureCount" | "totalWeight" | "columns" | "problem"> {
  const empty = { starts: new Uint32Array(1), indices: new Uint32Array(), values: new Float64Array() }
  return { featureCount: data.featureCount, totalWeight, problem: null, columns: () => empty }
}

function startFrom(size: number, intercept: Float64Array): Float64Array {
  const parameters = new Float64Array(size * intercept.length)
  parameters.set(intercept, (size - 1) * intercept.length)
  return parameters
}

function logOdds(shares: Float64Array): Float64Array {
  return Float64Array.of(Math.log((shares[1] ?? 0) / (shares[0] ?? 1)))
}

function split(parameters: Float64Array, outputCount: number): Coefficients {
  return {
    weights: parameters.slice(0, -outputCount),
    intercept: parameters.slice(-outputCount),
  }
}

/** Softmax does not see a constant added to all intercepts: they are given with mean 0, as scikit-learn does. */
function centred(parameters: Float64Array, outputCount: number): Float64Array {
  const shifted = parameters.slice()
  const intercept = shifted.subarray(-outputCount)
  const mean = intercept.reduce((sum, value) => sum + value, 0) / outputCount
  for (const [output, value] of intercept.entries()) intercept[output] = value - mean
  return shifted
}

function withUnseenClasses(
  solved: Coefficients,
  options: {
    readonly seen: readonly number[]
    readonly classCount: number
    readonly unseenIntercept: number
    readonly featureCount: number
  },
): Coefficients {
  const { seen, classCount, featureCount } = options
  if (seen.length === classCount) return solved
  const weights = new Float64Array(featureCount * classCount)
  const intercept = new Float64Array(classCount).fill(options.unseenIntercept)
  for (const [output, index] of seen.entries()) {
    intercept[index] = solved.intercept[output] ?? 0
    for (let feature = 0; feature < featureCount; feature++)
      weights[feature * classCount + index] = solved.weights[feature * seen.length + output] ?? 0
  }
  return { weights, intercept }
}

/** The intercept with which a class without weights has about the wanted share on the training rows: their mean log of the sum of e^margin, plus its log. */
function unseenIntercept(problem: Problem, parameters: Float64Array, common: Common): number {
  const { outputCount } = problem.loss
  const margins = new Float64Array(common.data.rowCount * outputCount)
  multiply(problem.rows, centred(parameters, outputCount), outputCount, margins)
  let mean = 0
  for (const [row, weight] of common.rowWeights.entries()) {
    const ofRow = margins.subarray(row * outputCount, (row + 1) * outputCount)
    const greatest = ofRow.reduce((most, margin) => Math.max(most, margin), Number.NEGATIVE_INFINITY)
    mean +=
      weight * (greatest + Math.log(ofRow.reduce((sum, margin) => sum + Math.exp(margin - greatest), 0)))
  }
  return mean + Math.log(unseenClassRows / common.totalWeight)
}
