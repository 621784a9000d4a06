/** @file How long a model takes for one call: what decides between running it in place and in a thread. */
import assert from "node:assert"

import type { Clock } from "../base/clock.ts"
import type { Session, Tensors } from "./session.ts"

/** The median of `repeats` runs after one that does not count: the first allocates. */
export async function measureRun(
  session: Session,
  feeds: Tensors,
  { repeats, clock }: { readonly repeats: number; readonly clock: Clock },
): Promise<{ medianMs: number }> {
  assert(repeats >= 1)
  await session.run(feeds)
  const durationsMs = new Float64Array(repeats)
  for (let repeat = 0; repeat < repeats; repeat++) {
    const startMs = clock.monotonicMs()
    await session.run(feeds)
    durationsMs[repeat] = clock.monotonicMs() - startMs
  }
  durationsMs.sort()
  const upper = durationsMs[Math.floor(repeats / 2)] ?? 0
  const lower = durationsMs[Math.floor((repeats - 1) / 2)] ?? 0
  return { medianMs: (lower + upper) / 2 }
}
