/** @file Learning rates over the course of a training. */
import { z } from "zod"

import { above, atLeast, between, wholeFrom, within } from "./settings.ts"

/** What is known when the rate of a step is asked for; steps are counted from 0. */
export type ScheduleMoment = {
  readonly step: number
  readonly epoch: number
  readonly stepsPerEpoch: number
  readonly stepCount: number
  readonly baseRate: number
}

/** The rate of a step; those that look back at the loss (`plateau`) hear of it at the end of each epoch. */
export type Schedule =
  | { readonly kind: "constant" }
  /** Multiplied by `factor` every `everyEpochs`. */
  | { readonly kind: "step"; readonly everyEpochs: number; readonly factor: number }
  /** Half a cosine down to `least` times the rate (Loshchilov & Hutter 2017), after a linear rise from 0 over `warmupSteps`. */
  | { readonly kind: "cosine"; readonly least?: number; readonly warmupSteps?: number }
  /** PyTorch's OneCycleLR: from rate / `divide` up to the rate over `rise` of the steps, then down to rate / divide / `finalDivide` (Smith & Topin 2018). */
  | {
      readonly kind: "oneCycle"
      readonly rise?: number
      readonly divide?: number
      readonly finalDivide?: number
    }
  /** Multiplied by `factor` after `patience` epochs in which the loss did not fall by more than `minDelta`, down to `least`. */
  | {
      readonly kind: "plateau"
      readonly factor?: number
      readonly patience?: number
      readonly minDelta?: number
      readonly least?: number
    }

export const scheduleSchema = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("constant") }),
    z.strictObject({ kind: z.literal("step"), everyEpochs: wholeFrom(1), factor: above(0) }),
    z.strictObject({
      kind: z.literal("cosine"),
      least: within(0, 1).optional(),
      warmupSteps: wholeFrom(0).optional(),
    }),
    z.strictObject({
      kind: z.literal("oneCycle"),
      rise: between(0, 1).optional(),
      divide: above(0).optional(),
      finalDivide: above(0).optional(),
    }),
    z.strictObject({
      kind: z.literal("plateau"),
      factor: between(0, 1).optional(),
      patience: wholeFrom(1).optional(),
      minDelta: atLeast(0).optional(),
      least: atLeast(0).optional(),
    }),
  ],
  { error: "one of constant, step, cosine, oneCycle, plateau" },
)

/** The rate of a step by every schedule but `plateau`, whose factor its tracker knows. */
export function rateAt(schedule: Schedule, moment: ScheduleMoment): number {
  const { step, epoch, stepCount, baseRate } = moment
  switch (schedule.kind) {
    case "constant":
    case "plateau":
      return baseRate
    case "step":
      return baseRate * schedule.factor ** Math.floor(epoch / schedule.everyEpochs)
    case "cosine": {
      const { least = 0, warmupSteps = 0 } = schedule
      if (step < warmupSteps) return (baseRate * step) / warmupSteps
      const share = Math.min((step - warmupSteps) / Math.max(stepCount - warmupSteps, 1), 1)
      return baseRate * (least + (1 - least) * 0.5 * (1 + Math.cos(Math.PI * share)))
    }
    case "oneCycle": {
      const { rise = 0.3, divide = 25, finalDivide = 1e4 } = schedule
      const top = rise * stepCount - 1
      const [first, last] = [baseRate / divide, baseRate / divide / finalDivide]
      if (step <= top) return alongCosine(first, baseRate, top <= 0 ? 1 : step / top)
      return alongCosine(baseRate, last, (step - top) / Math.max(stepCount - 1 - top, 1))
    }
  }
}

/** From one rate to another along half a cosine. */
function alongCosine(from: number, to: number, share: number): number {
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share))
}

/** What a plateau schedule remembers; JSON, kept in checkpoints. */
export type PlateauState = {
  readonly factor: number
  readonly best: number | null
  readonly waited: number
}

export const plateauStart: PlateauState = { factor: 1, best: null, waited: 0 }

/** After an epoch with this loss. */
export function afterEpoch(
  schedule: Schedule,
  state: PlateauState,
  loss: number,
  baseRate: number,
): PlateauState {
  if (schedule.kind !== "plateau") return state
  const { factor = 0.1, patience = 10, minDelta = 1e-4, least = 0 } = schedule
  if (state.best === null || loss < state.best - minDelta) return { ...state, best: loss, waited: 0 }
  if (state.waited + 1 < patience) return { ...state, waited: state.waited + 1 }
  return { ...state, factor: Math.max(state.factor * factor, least / baseRate), waited: 0 }
}
