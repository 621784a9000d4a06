/** @file Time as a dependency, so that tests turn the hands themselves. */

export type Clock = {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly nowMs: () => number
  /** Milliseconds that only ever grow, for durations. */
  readonly monotonicMs: () => number
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}
