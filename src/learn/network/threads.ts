/** @file How many threads a training takes unless told: by the size of a step, never by a clock, so that a repeated training is the same. */
import { availableParallelism } from "node:os"

import { elementCountOf } from "../../onnx/element-types.ts"
import type { NetworkLayout } from "./layout.ts"

/**
 * Multiplications of a step from which a second thread pays: below it waking a thread costs more than its half of the work saves. Measured: at
 * 1.6 million two threads are 0.78 times as fast as one, at 6.3 1.02 times, at 12.6 1.18, at 50 1.40, at 201 1.66 (decision 0009).
 */
const operationsForThreads = 10e6

/** More than this many are not used by default: a machine serves as well as trains. */
const threadsMax = 8

export function threadsFor({ plan }: NetworkLayout, batch: number): number {
  const weights = plan.parameters
    .filter(({ shape }) => shape.length > 1)
    .reduce((sum, { shape }) => sum + elementCountOf(shape), 0)
  return 3 * batch * weights < operationsForThreads ? 1 : Math.min(availableParallelism(), threadsMax)
}
