/** @file Reports as they are kept: old ones are read for ever, curves are short. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import fc from "fast-check"

import { curvePointsMax, thinned } from "../../src/train/learning-curve.ts"
import { trainingReportSchema } from "../../src/train/report.ts"

const stored = new URL("../../../test/fixtures/reports/version-1.json", import.meta.url)

test("a report from before there were networks is still read, without curves", () => {
  const old = JSON.parse(readFileSync(stored, "utf8"))
  const report = trainingReportSchema.parse(old)
  assert.equal(report.version, 1)
  assert.ok(report.leaderboard.length > 1)
  assert.ok(report.leaderboard.every(({ curve, bestEpoch }) => curve === null && bestEpoch === null))
  const { leaderboard, ...others } = old
  assert.deepEqual({ ...report, leaderboard: [] }, { ...others, leaderboard: [] })
  assert.deepEqual(
    report.leaderboard.map(({ curve: _, bestEpoch: __, ...entry }) => entry),
    leaderboard,
  )
})

test("a curve of any length is kept by its ends and at most as many points as a chart shows", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), (length) => {
      const curve = Array.from({ length }, (_, at) => ({
        epoch: at + 1,
        loss: 1 / (at + 3),
        validationLoss: at % 2 === 0 ? null : 2 / 3,
      }))
      const kept = thinned(curve)
      const epochs = kept.map(({ epoch }) => epoch)
      assert.ok(kept.length <= curvePointsMax)
      assert.equal(kept.length, Math.min(length, curvePointsMax))
      assert.deepEqual([epochs[0], epochs.at(-1)], [1, length])
      assert.deepEqual(
        epochs,
        [...new Set(epochs)].sort((a, b) => a - b),
      )
      assert.ok(kept.every(({ loss, epoch }) => Math.abs(loss * (epoch + 2) - 1) < 1e-4))
      assert.ok(kept.every(({ validationLoss }) => validationLoss === null || validationLoss === 0.66667))
    }),
  )
})
