import assert from "node:assert/strict"
import { test } from "node:test"

import { createPace } from "../../src/engine/pace.ts"

test("calls are as long as the estimate says, whatever the clock: a repeated training is cut alike", () => {
  const pace = createPace({ stepMs: 0.03, stepsMax: 1_000_000 })
  assert.equal(pace.stepsOfCall(), 10_000)
  for (const durationMs of [1, 300, 999]) pace.observe(durationMs)
  assert.equal(pace.stepsOfCall(), 10_000)
})

test("a call has at least one step, and no more than its memory allows", () => {
  assert.equal(createPace({ stepMs: 5_000, stepsMax: 10 }).stepsOfCall(), 1)
  assert.equal(createPace({ stepMs: 0.03, stepsMax: 10 }).stepsOfCall(), 10)
})

test("calls that take more than a second are halved, down to one step", () => {
  const pace = createPace({ stepMs: 75, stepsMax: 100 })
  assert.equal(pace.stepsOfCall(), 4)
  const taken = [4_000, 2_000, 1_500].map((durationMs) => {
    pace.observe(durationMs)
    return pace.stepsOfCall()
  })
  assert.deepEqual(taken, [2, 1, 1])
})
