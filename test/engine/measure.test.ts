/** @file The median duration of a run, by a clock that the test turns. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { measureRun } from "../../src/engine/measure.ts"
import { openSession } from "../../src/engine/open-session.ts"
import { float32 } from "../../src/onnx/tensors.ts"
import { identityModel } from "./models.ts"

test("the median of the runs is measured, without the first one", async (t) => {
  const session = await openSession(identityModel("float32"), { threads: 1 })
  t.after(() => session.close())
  const durations = [7, 1, 100, 2]
  let nowMs = 0
  let readings = 0
  const clock = {
    nowMs: () => 0,
    monotonicMs: () => {
      if (readings % 2 === 1) nowMs += durations[(readings - 1) / 2] ?? 0
      readings++
      return nowMs
    },
  }
  const feeds = { x: float32([1]) }
  assert.deepEqual(await measureRun(session, feeds, { repeats: 4, clock }), { medianMs: 4.5 })
  assert.equal(readings, 8)
  readings = 0
  assert.deepEqual(await measureRun(session, feeds, { repeats: 3, clock }), { medianMs: 7 })
})
