/** @file What a family of learners is to the comparison: what it tries on a fold, and how its winner is fitted on all rows. */
import type { Clock } from "../base/clock.ts"
import type { Limits } from "../base/limits.ts"
import type { FittedLearner, LearnerDescription, TrainingData } from "../learn/learner.ts"
import type { LearningCurve } from "../learn/network.ts"
import type { FeatureForm } from "../prepare/compile.ts"
import type { LearnerChoice, LearnerFamily } from "./learner-choice.ts"

/** What fits of a family are given beside the data. */
export type FitControl = {
  readonly shouldStop: () => boolean
  /** The share of the family's work on this fold that is done. */
  readonly onShare: (share: number) => void
}

/** One setting of a family, fitted on one fold. */
export type Trial = { readonly learner: FittedLearner; readonly facts: TrialFacts }

/** What is kept of a trial: not the learner, which may hold all rows of its fold. */
export type TrialFacts = {
  readonly parameters: LearnerDescription["parameters"]
  readonly fitMs: number
  /** Of networks. */
  readonly curve: LearningCurve | null
  readonly bestEpoch: number | null
}

export type Refit = (data: TrainingData, control: FitControl) => Promise<FittedLearner>

export type Family = {
  readonly learner: LearnerFamily
  readonly form: FeatureForm
  /**
   * Fits what is tried on the rows of a fold; null where a fit found nothing. The first fold may show that less can be afforded: as many
   * come back, then and from every later fold. Throws JOB_CANCELLED.
   */
  readonly fit: (data: TrainingData, control: FitControl) => Promise<readonly (Trial | null)[]>
  /** How a member is fitted on all rows but the test rows, as the trials of the folds teach; that throws JOB_CANCELLED. */
  readonly refit: (member: number, trials: readonly TrialFacts[]) => Refit
}

export type FamilyOptions = {
  readonly choice: LearnerChoice
  readonly seed: number
  readonly foldCount: number
  readonly limits: Pick<Limits, "networkSearchOperationsMax">
  readonly clock: Clock
}

/** The lower median of the epochs that were best on the folds; null for learners without epochs. */
export function medianEpoch(trials: readonly Pick<TrialFacts, "bestEpoch">[]): number | null {
  const sorted = trials.flatMap(({ bestEpoch }) => bestEpoch ?? []).sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null
}
