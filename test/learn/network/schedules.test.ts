/** @file Learning rates beside Keras's and PyTorch's. */
import { describe, test } from "node:test"

import { z } from "zod"

import { afterEpoch, plateauStart, rateAt, type Schedule } from "../../../src/learn/network/schedules.ts"
import { readFixture } from "./fixtures.ts"
import { assertNear } from "./near.ts"

describe("learning rates", () => {
  const fixture = readFixture(
    "schedules.json",
    z.object({
      baseRate: z.number(),
      steps: z.number(),
      cases: z.array(
        z.object({
          schedule: z.string(),
          settings: z.record(z.string(), z.number()),
          rates: z.array(z.number()),
        }),
      ),
      plateaus: z.array(
        z.object({
          settings: z.object({
            factor: z.number(),
            patience: z.number(),
            minDelta: z.number(),
            least: z.number(),
          }),
          losses: z.array(z.number()),
          rates: z.array(z.number()),
        }),
      ),
    }),
  )
  const rates = (schedule: Schedule, stepsPerEpoch: number) =>
    Array.from({ length: fixture.steps }, (_, step) =>
      rateAt(schedule, {
        step,
        epoch: Math.floor(step / stepsPerEpoch),
        stepsPerEpoch,
        stepCount: fixture.steps,
        baseRate: fixture.baseRate,
      }),
    )
  for (const { schedule, settings, rates: theirs } of fixture.cases) {
    const { least = 0, warmupSteps = 0, everySteps = 1, factor = 1 } = settings
    if (schedule === "cosine")
      test(`cosine ${JSON.stringify(settings)}, as Keras`, () =>
        assertNear(rates({ kind: "cosine", least, warmupSteps }, 10), theirs, "rates"))
    if (schedule === "step")
      test("step, as Keras's staircase", () =>
        assertNear(rates({ kind: "step", everyEpochs: 1, factor }, everySteps), theirs, "rates"))
  }
  for (const { settings, losses, rates: theirs } of fixture.plateaus)
    test(`plateau ${JSON.stringify(settings)}, as Keras`, () => {
      let state = plateauStart
      const ours = losses.map((loss) => {
        state = afterEpoch({ kind: "plateau", ...settings }, state, loss, fixture.baseRate)
        return fixture.baseRate * state.factor
      })
      assertNear(ours, theirs, "rates")
    })
  const torch = readFixture(
    "schedules-pytorch.json",
    z.object({
      baseRate: z.number(),
      oneCycle: z.array(
        z.object({
          settings: z.object({
            rise: z.number().exactOptional(),
            divide: z.number().exactOptional(),
            finalDivide: z.number().exactOptional(),
          }),
          rates: z.array(z.number()),
        }),
      ),
    }),
  )
  for (const { settings, rates: theirs } of torch.oneCycle)
    test(`oneCycle ${JSON.stringify(settings)}, as PyTorch`, () =>
      assertNear(rates({ kind: "oneCycle", ...settings }, 10), theirs, "rates"))
})
