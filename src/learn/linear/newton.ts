/** @file Newton's method for penalties without L1. */
import type { ShouldStop } from "../learner.ts"
import { dot, multiply } from "./kernels.ts"
import { searchLine } from "./line-search.ts"
import { createNewtonDirection } from "./newton-direction.ts"
import {
  gradientTolerance,
  optimalityGap,
  type Penalties,
  type Problem,
  type Solution,
  smoothGradient,
  standAt,
} from "./problem.ts"

const newtonStepsMax = 200

/** Returns null when stopped. */
export function solveNewton(
  problem: Problem,
  penalties: Penalties,
  start: Float64Array,
  shouldStop: ShouldStop,
): Solution | null {
  const { rows, loss } = problem
  const standing = standAt(problem, penalties, start)
  const { parameters } = standing
  const changes = new Float64Array(standing.margins.length)
  const newtonDirection = createNewtonDirection(problem)
  for (let iterations = 0; ; iterations++) {
    if (shouldStop()) return null
    const gradient = smoothGradient(problem, penalties, standing)
    const gradientNorm = optimalityGap(problem, parameters, gradient, 0)
    const isConverged = gradientNorm <= gradientTolerance
    const solution = { parameters, iterations, gradientNorm, isConverged }
    if (isConverged || iterations === newtonStepsMax) return solution
    const direction = newtonDirection({ gradient, isFree: null, ridge: penalties.ridge })
    multiply(rows, direction, loss.outputCount, changes)
    const target = parameters.map((parameter, at) => parameter + (direction[at] ?? 0))
    const hasMoved = searchLine(problem, penalties, standing, {
      target,
      changes,
      expected: dot(gradient, direction),
    })
    if (!hasMoved) return solution
  }
}
