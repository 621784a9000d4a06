/** @file All that a training knows between two calls: what a checkpoint keeps, so that one that goes on from it ends with the same bits. */
import { z } from "zod"

import { type PlateauState, plateauStart } from "./schedules.ts"

/** What an epoch came to; metrics by name (`accuracy`, `valLoss`, `valAccuracy`). */
export type EpochRecord = {
  readonly epoch: number
  readonly loss: number
  readonly learningRate: number
  readonly durationMs: number
  readonly metrics: Readonly<Record<string, number>>
}

export type Tensors = Readonly<Record<string, Float32Array>>

/** Counted from 0: the epoch, its window, and the rows of that window that were used. */
export type Course = {
  epoch: number
  window: number
  rowsDone: number
  /** Epochs of the fits before, so that rows come in other orders than in those. */
  readonly firstEpoch: number
  /** Steps that the optimiser has taken, over all fits. */
  step: number
  carried: Tensors
  /** Of the epoch so far. */
  sums: { rows: number; loss: number; metrics: number[] }
  history: EpochRecord[]
  plateau: PlateauState
  /** The best epoch by what early stopping watches, with its tensors. */
  best: { readonly epoch: number; readonly value: number; readonly carried: Tensors } | null
  /** Halved once when the loss was no longer a number. */
  rateFactor: number
}

/** What a fit starts with: tensors as they are, after so many epochs and steps of fits before. */
export function newCourse(
  carried: Tensors,
  { firstEpoch, step, metricCount }: Pick<Course, "firstEpoch" | "step"> & { readonly metricCount: number },
): Course {
  return {
    firstEpoch,
    epoch: 0,
    window: 0,
    rowsDone: 0,
    step,
    carried,
    sums: { rows: 0, loss: 0, metrics: new Array<number>(metricCount).fill(0) },
    history: [],
    plateau: plateauStart,
    best: null,
    rateFactor: 1,
  }
}

/** A course less its tensors, as JSON. */
export const courseSchema = z.strictObject({
  firstEpoch: z.int(),
  epoch: z.int(),
  window: z.int(),
  rowsDone: z.int(),
  step: z.int(),
  sums: z.strictObject({ rows: z.number(), loss: z.number(), metrics: z.array(z.number()) }),
  history: z.array(
    z.strictObject({
      epoch: z.int(),
      loss: z.number(),
      learningRate: z.number(),
      durationMs: z.number(),
      metrics: z.record(z.string(), z.number()),
    }),
  ),
  plateau: z.strictObject({ factor: z.number(), best: z.number().nullable(), waited: z.int() }),
  best: z.strictObject({ epoch: z.int(), value: z.number() }).nullable(),
  rateFactor: z.number(),
})
