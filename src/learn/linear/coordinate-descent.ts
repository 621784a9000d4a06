/** @file L1 and elastic net: coordinate descent finds which weights are not 0, Newton steps on those make them exact. */
import type { ShouldStop } from "../learner.ts"
import { addScaled, type Compressed, dot, multiply, weightedSquares } from "./kernels.ts"
import { searchLine } from "./line-search.ts"
import { createNewtonDirection, type NewtonDirection } from "./newton-direction.ts"
import {
  gradientTolerance,
  optimalityGap,
  type Penalties,
  type Problem,
  penaltyOf,
  type Solution,
  type Standing,
  smoothGradient,
  standAt,
} from "./problem.ts"
import { type QuadraticModel, sweep } from "./sweep.ts"

const outerStepsMax = 500
/** Sweeps over one quadratic model: beyond them a Newton step on the weights that are not 0 goes further (correlated columns crawl). */
const sweepsMax = 20

type SparseProblem = Problem & { readonly columns: Compressed }

/**
 * Proximal Newton (Friedman et al. 2010; the joint Hessian of all outputs as Yuan et al. 2012): the quadratic model is swept over all
 * parameters, then over the active ones until they stand, and over all again. Returns null when stopped.
 */
export function solveCoordinateDescent(
  problem: SparseProblem,
  penalties: Penalties,
  start: Float64Array,
  shouldStop: ShouldStop,
): Solution | null {
  const standing = standAt(problem, penalties, start)
  const { parameters } = standing
  const newtonDirection = createNewtonDirection(problem)
  for (let iterations = 0; ; iterations++) {
    const gradient = smoothGradient(problem, penalties, standing)
    const gradientNorm = optimalityGap(problem, parameters, gradient, penalties.lasso)
    const isConverged = gradientNorm <= gradientTolerance
    const solution = { parameters, iterations, gradientNorm, isConverged }
    if (isConverged || iterations === outerStepsMax) return solution
    const model = quadraticModel(problem, penalties, { gradient, parameters })
    const goal = Math.max(gradientTolerance / 4, Math.min(0.1, gradientNorm) * gradientNorm)
    if (!minimiseModel(model, goal, shouldStop)) return null
    const hasMoved = searchLine(problem, penalties, standing, {
      target: model.parameters,
      changes: model.changes,
      expected: expectedDecrease(problem, penalties, model, standing),
    })
    if (!moveOnSupport(problem, penalties, standing, newtonDirection) && !hasMoved) return solution
  }
}

function quadraticModel(
  problem: SparseProblem,
  { ridge, lasso }: Penalties,
  at: { readonly gradient: Float64Array; readonly parameters: Float64Array },
): QuadraticModel {
  const { rows, size, loss, columns, scales } = problem
  const { outputCount } = loss
  const rowCount = rows.starts.length - 1
  const curvature = new Float64Array(rowCount)
  const diagonal = new Float64Array(size * outputCount)
  const ofOutput = new Float64Array(size)
  for (let output = 0; output < outputCount; output++) {
    loss.curvature(output, curvature)
    weightedSquares(rows, curvature, ofOutput)
    for (const [column, second] of ofOutput.entries()) diagonal[column * outputCount + output] = second
  }
  const gradient = at.gradient.slice()
  addScaled(gradient.subarray(0, -outputCount), -ridge, at.parameters.subarray(0, -outputCount))
  const isSoftmax = loss.kind === "softmax"
  return {
    columns,
    outputCount,
    ridge,
    lasso,
    gradient,
    diagonal,
    curvature: isSoftmax ? loss.weights : curvature,
    probabilities: isSoftmax ? loss.probabilities : null,
    parameters: at.parameters.slice(),
    changes: new Float64Array(rowCount * outputCount),
    meanChanges: new Float64Array(rowCount),
    scales,
  }
}

/** false when stopped. */
function minimiseModel(model: QuadraticModel, goal: number, shouldStop: ShouldStop): boolean {
  let sweeps = 0
  while (sweeps < sweepsMax) {
    if (shouldStop()) return false
    sweeps++
    if (sweep(model, false) <= goal) return true
    while (sweeps < sweepsMax) {
      if (shouldStop()) return false
      sweeps++
      if (sweep(model, true) <= goal) break
    }
  }
  return true
}

/** What the line search of a proximal step compares with (Tseng and Yun 2009). */
function expectedDecrease(
  problem: Problem,
  penalties: Penalties,
  model: QuadraticModel,
  { parameters }: Standing,
): number {
  const direction = model.parameters.map((target, at) => target - (parameters[at] ?? 0))
  return (
    dot(model.gradient, direction) +
    penaltyOf(problem, model.parameters, penalties) -
    penaltyOf(problem, parameters, penalties)
  )
}

/** A Newton step of the weights that are not 0 and the intercept, where the objective is smooth: up to the first change of sign. */
function moveOnSupport(
  problem: Problem,
  penalties: Penalties,
  standing: Standing,
  newtonDirection: NewtonDirection,
): boolean {
  const { parameters } = standing
  const { outputCount } = problem.loss
  const firstIntercept = parameters.length - outputCount
  const gradient = smoothGradient(problem, penalties, standing)
  const isFree = new Uint8Array(parameters.length)
  for (const [at, parameter] of parameters.entries()) {
    isFree[at] = at >= firstIntercept || parameter !== 0 ? 1 : 0
    if (at < firstIntercept) gradient[at] = (gradient[at] ?? 0) + penalties.lasso * Math.sign(parameter)
  }
  const direction = newtonDirection({ gradient, isFree, ridge: penalties.ridge })
  let step = 1
  for (let at = 0; at < firstIntercept; at++) {
    const [parameter, change] = [parameters[at] ?? 0, direction[at] ?? 0]
    if (parameter * (parameter + change) < 0) step = Math.min(step, -parameter / change)
  }
  const target = parameters.map((parameter, at) => {
    const moved = parameter + step * (direction[at] ?? 0)
    // The weight that stops the step becomes 0 exactly; rounding must not carry it across.
    return at < firstIntercept && Math.sign(moved) !== Math.sign(parameter) ? 0 : moved
  })
  const changes = new Float64Array(standing.margins.length)
  const taken = target.map((moved, at) => moved - (parameters[at] ?? 0))
  multiply(problem.rows, taken, outputCount, changes)
  return searchLine(problem, penalties, standing, { target, changes, expected: dot(gradient, taken) })
}
