/** @file How many threads a training takes unless told: by the size of a step, never by a clock, so that a repeated training is the same. */
import { availableParallelism } from "node:os"

import type { NetworkLayout } from "./compile.ts"

/**
 * Multiplications of a step from which a second thread pays (measured, docs/decisions): below it waking a thread costs more than its half
 * of the work saves.
 */
const operationsForThreads = 30e6

/** More than this many are not used by default: a machine serves as well as trains. */
const threadsMax = 8

export function threadsFor({ plan }: NetworkLayout, batch: number): number {
  const weights = plan.parameters
    .filter(({ shape }) => shape.length > 1)
    .reduce((sum, { shape }) => sum + shape.reduce((count, size) => count * size, 1), 0)
  return 3 * batch * weights < operationsForThreads ? 1 : Math.min(availableParallelism(), threadsMax)
}
