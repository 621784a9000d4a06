/** @file Splits: appended rows move none, equal rows stay together, shares come out. */
import assert from "node:assert/strict"
import { test } from "node:test"

import fc from "fast-check"

import type { PackedRows } from "../../src/prepare/signature.ts"
import {
  assignFolds,
  assignSides,
  hashColumns,
  hashPackedRows,
  type RowHashes,
  rowsOfSide,
} from "../../src/prepare/split.ts"
import { table } from "./tables.ts"

const shares = [0.6, 0.1, 0.1, 0.2]

test("rows of different values get different hashes, and shares come out within their chance", () => {
  const rowCount = 20_000
  const hashes = hashPackedRows(numbers(Float32Array.from({ length: rowCount }, (_, row) => row)))
  const pairs = new Set(Array.from(hashes.first, (first, row) => `${first} ${hashes.second[row]}`))
  assert.equal(pairs.size, rowCount)
  const sides = assignSides({ hashes, seed: 7, shares })
  for (const [side, share] of shares.entries()) {
    // Five standard deviations of a binomial share.
    const bound = 5 * Math.sqrt((share * (1 - share)) / rowCount)
    assert(Math.abs(rowsOfSide(sides, side).length / rowCount - share) < bound)
  }
})

test("folds of the same seed are independent of sides: each side has every fold in equal parts", () => {
  const rowCount = 20_000
  const hashes = hashPackedRows(numbers(Float32Array.from({ length: rowCount }, (_, row) => row / 3)))
  const sides = assignSides({ hashes, seed: 7, shares: [0.8, 0.2] })
  const folds = assignFolds({ hashes, seed: 7, folds: 5 })
  for (const side of [0, 1]) {
    const rows = rowsOfSide(sides, side)
    for (let fold = 0; fold < 5; fold += 1) {
      const share = rows.filter((row) => folds[row] === fold).length / rows.length
      assert(Math.abs(share - 0.2) < 5 * Math.sqrt(0.16 / rows.length), `fold ${fold}: ${share}`)
    }
  }
})

test("appended rows move none, equal rows are on one side, another seed is another split", () => {
  const row = fc.tuple(
    fc.oneof(fc.float({ noDefaultInfinity: true }), fc.constant(Number.NaN)),
    fc.constantFrom("", "a", "ab", "b"),
    fc.constantFrom("", "b", "c"),
  )
  const packed = (rows: readonly (readonly [number, string, string])[]): PackedRows => ({
    rowCount: rows.length,
    numeric: Float32Array.from(rows, ([value]) => value),
    numeric64: null,
    text: rows.flatMap(([, one, other]) => [one, other]),
  })
  fc.assert(
    fc.property(fc.array(row), fc.array(row), fc.nat(), (rows, appended, seed) => {
      const before = assignSides({ hashes: hashPackedRows(packed(rows)), seed, shares })
      const all = [...rows, ...appended, ...rows]
      const after = assignSides({ hashes: hashPackedRows(packed(all)), seed, shares })
      assert.deepEqual(after.slice(0, rows.length), before)
      assert.deepEqual(after.slice(rows.length + appended.length), before)
    }),
  )
  const hashes = hashPackedRows(numbers(Float32Array.from({ length: 100 }, (_, at) => at)))
  for (const seed of [1, 2 ** 40])
    assert.notDeepEqual(assignSides({ hashes, seed, shares }), assignSides({ hashes, seed: 0, shares }))
})

test("0 and -0 are one value, texts do not run into each other", () => {
  const { first } = hashPackedRows(numbers(Float32Array.of(0, -0)))
  assert.equal(first[0], first[1])
  const texts = hashPackedRows({ rowCount: 2, numeric: null, numeric64: null, text: ["ab", "c", "a", "bc"] })
  assert.notEqual(texts.first[0], texts.first[1])
  assert.notEqual(texts.second[0], texts.second[1])
})

test("hashes are the same on every machine and in every release: splits of old models can be drawn again", () => {
  const { first, second } = hashPackedRows({
    rowCount: 2,
    numeric: Float32Array.of(1.5, Number.NaN),
    numeric64: Float64Array.of(1e8, 0),
    text: ["Köln", ""],
  })
  assert.deepEqual(
    [...first, ...second].map((word) => word.toString(16)),
    recordedHashes,
  )
})

test("columns of a table are hashed by group key: equal keys, one side", () => {
  const data = table([
    { name: "customer", type: "text", values: Array.from({ length: 300 }, (_, row) => `c${row % 60}`) },
    { name: "when", type: "timestamp", values: Float64Array.from({ length: 300 }, (_, row) => row + 0.25) },
    { name: "flag", type: "boolean", values: Uint8Array.from({ length: 300 }, (_, row) => row % 3) },
  ])
  const sides = assignSides({ hashes: hashColumns(data, ["customer"]), seed: 1, shares: [0.5, 0.5] })
  for (let row = 60; row < 300; row += 1) assert.equal(sides[row], sides[row - 60])
  const all = hashColumns(data, ["customer", "when", "flag"])
  assert.equal(new Set(all.first).size, 300)
  const some = hashColumns(data, ["customer", "when", "flag"], Uint32Array.of(5, 299))
  assert.deepEqual(hashAt(some, 1), hashAt(all, 299))
  assert.deepEqual(rowsOfSide(Uint8Array.of(1, 0, 1), 1, Uint32Array.of(5, 6, 9)), Uint32Array.of(5, 9))
})

/** By a second implementation, in Python. */
const recordedHashes = ["2be73232", "d77d65c7", "42609bd", "d526a2fe"]

function numbers(numeric: Float32Array): PackedRows {
  return { rowCount: numeric.length, numeric, numeric64: null, text: null }
}

function hashAt({ first, second }: RowHashes, row: number) {
  return [first[row], second[row]]
}
