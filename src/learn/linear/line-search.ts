/** @file A step towards a target, shortened until the objective falls enough. */
import { movedBy } from "./kernels.ts"
import { type Penalties, type Problem, penaltyOf, type Standing } from "./problem.ts"

export type Step = {
  /** Parameters at the end of the full step. */
  readonly target: Float64Array
  /** Change of the margins over the full step. */
  readonly changes: Float64Array
  /** Decrease that the step promises, below 0. */
  readonly expected: number
}

const sufficientShare = 1e-4
const halvingsMax = 60

/** Armijo's rule. Returns false, everything as it was, when rounding hides any decrease. */
export function searchLine(
  problem: Pick<Problem, "loss">,
  penalties: Penalties,
  standing: Standing,
  { target, changes, expected }: Step,
): boolean {
  const { parameters, margins, residuals, value } = standing
  const start = parameters.slice()
  const startMargins = margins.slice()
  // Near the optimum the decrease drowns in the rounding of the value; a step that loses no more than that is a good one.
  const rounding = 8 * Number.EPSILON * Math.abs(value)
  let step = 1
  for (let halvings = 0; halvings < halvingsMax; halvings++, step /= 2) {
    // The full step takes the target itself, so that its zeros stay exact.
    if (step === 1) parameters.set(target)
    else for (const [at, from] of start.entries()) parameters[at] = from + step * ((target[at] ?? 0) - from)
    movedBy(margins, startMargins, step, changes)
    const reached = problem.loss.evaluate(margins, residuals) + penaltyOf(problem, parameters, penalties)
    if (reached <= value + sufficientShare * step * expected + rounding) {
      standing.value = reached
      return true
    }
  }
  parameters.set(start)
  margins.set(startMargins)
  problem.loss.evaluate(margins, residuals)
  return false
}
