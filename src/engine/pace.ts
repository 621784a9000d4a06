/** @file How many steps a call of a training graph takes: a run cannot be interrupted, so it should not last. */
import assert from "node:assert"

/** Between calls come progress, checkpoints and a wish to stop; their cost is lost in a call of this length. */
const wantedMs = 300
/** A call that took longer halves those that follow. */
const callMsMax = 1_000

export type Pace = {
  /** Steps of the next call, at least 1. */
  readonly stepsOfCall: () => number
  readonly observe: (durationMs: number) => void
}

/**
 * By an estimate of a step's duration and not by the clock, so that a repeated training is cut alike: where calls are cut changes no weight, but
 * the last digit of a loss that is summed over one. `stepsMax` bounds a call by the memory that its batches take.
 */
export function createPace(options: { readonly stepMs: number; readonly stepsMax: number }): Pace {
  const { stepMs, stepsMax } = options
  assert(stepMs > 0 && stepsMax >= 1)
  let steps = Math.max(1, Math.min(Math.floor(wantedMs / stepMs), stepsMax))
  return {
    stepsOfCall: () => steps,
    observe: (durationMs) => {
      if (durationMs > callMsMax) steps = Math.max(1, Math.floor(steps / 2))
    },
  }
}
