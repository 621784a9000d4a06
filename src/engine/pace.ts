/** @file How many steps a call of a training graph takes: a run cannot be interrupted, so it should not last. */
import assert from "node:assert"

/** Between calls come progress, checkpoints and a wish to stop; their cost is lost in a call of this length. */
const targetMs = 300

export type Pace = {
  /** Steps of the next call, at least 1. */
  readonly stepsOfCall: () => number
  readonly observe: (steps: number, durationMs: number) => void
}

/**
 * `firstSteps` are taken for the first call, `stepsMax` bounds every one (by the memory that a call's batches take). How steps are cut
 * into calls changes no number of the training.
 */
export function createPace(options: { readonly firstSteps: number; readonly stepsMax: number }): Pace {
  const { firstSteps, stepsMax } = options
  assert(firstSteps >= 1 && stepsMax >= 1)
  let steps = Math.min(firstSteps, stepsMax)
  return {
    stepsOfCall: () => steps,
    observe: (taken, durationMs) => {
      const wanted = durationMs > 0 ? (targetMs * taken) / durationMs : steps * 2
      // A short call measures badly: it may not raise the next one to more than four times its size.
      steps = Math.max(1, Math.min(Math.floor(wanted), steps * 4, stepsMax))
    },
  }
}
