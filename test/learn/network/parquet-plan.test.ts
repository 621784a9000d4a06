/** @file Every row of an epoch comes once, in windows that memory holds, in an order that the seed and the epoch alone decide. */
import assert from "node:assert"
import { test } from "node:test"

import fc from "fast-check"

import { type Shard, shardsOf, windowsOf } from "../../../src/learn/network/parquet-plan.ts"

const files = fc.array(fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 12 }), { maxLength: 4 })
const shardRows = fc.integer({ min: 1, max: 200 })

test("shards hold every row of every file once, in order, and never more than they may", () => {
  fc.assert(
    fc.property(files, shardRows, (rowGroups, rowsMax) => {
      const shards = shardsOf(rowGroups, { shardRows: rowsMax })
      for (const [file, groups] of rowGroups.entries()) {
        let at = 0
        for (const shard of shards.filter((each) => each.file === file)) {
          assert.strictEqual(shard.from, at)
          assert(shard.to > shard.from && shard.to - shard.from <= rowsMax)
          at = shard.to
        }
        assert.strictEqual(
          at,
          groups.reduce((sum, rows) => sum + rows, 0),
        )
      }
    }),
  )
})

test("small row groups are kept together, a large one is cut evenly", () => {
  assert.deepStrictEqual(shardsOf([[40, 40, 40], [250]], { shardRows: 100 }), [
    { file: 0, from: 0, to: 80 },
    { file: 0, from: 80, to: 120 },
    { file: 1, from: 0, to: 83 },
    { file: 1, from: 83, to: 166 },
    { file: 1, from: 166, to: 250 },
  ])
})

test("the windows of an epoch hold every shard once and no more rows than fit", () => {
  fc.assert(
    fc.property(files, shardRows, fc.nat(), fc.nat(20), (rowGroups, rowsMax, seed, epoch) => {
      const shards = shardsOf(rowGroups, { shardRows: rowsMax })
      const options = { seed, epoch, windowRows: 8 * rowsMax }
      const windows = windowsOf(shards, options)
      for (const window of windows) assert(rowsOf(window) <= options.windowRows && window.length > 0)
      // Only the last may be far from full: a shard that did not fit closed each other one.
      for (const window of windows.slice(0, -1)) assert(rowsOf(window) > 7 * rowsMax)
      assert.deepStrictEqual(windows.flat().sort(byPlace), shards)
      assert.deepStrictEqual(windowsOf(shards, options), windows)
    }),
  )
})

test("epochs and seeds differ in which shards come together", () => {
  const shards = shardsOf([Array.from({ length: 64 }, () => 10)], { shardRows: 10 })
  const of = (seed: number, epoch: number) => windowsOf(shards, { seed, epoch, windowRows: 80 })
  assert.notDeepStrictEqual(of(1, 0), of(1, 1))
  assert.notDeepStrictEqual(of(1, 0), of(2, 0))
  // Eight windows of eight; by chance neighbours would be rare.
  const neighbours = of(1, 0).flatMap((window) =>
    window.filter((shard) => window.some((other) => other.from === shard.to)),
  )
  assert(neighbours.length < 20, String(neighbours.length))
})

function rowsOf(shards: readonly Shard[]): number {
  return shards.reduce((sum, { from, to }) => sum + to - from, 0)
}

function byPlace(a: Shard, b: Shard): number {
  return a.file - b.file || a.from - b.from
}
