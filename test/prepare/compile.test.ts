/** @file The emitted graph against plain TypeScript, on rows of training and on anything that has the right types. */
import assert from "node:assert/strict"
import { test } from "node:test"

import fc from "fast-check"
import { packTable } from "../../src/prepare/pack-table.ts"
import { inputWidths, type PackedRows } from "../../src/prepare/signature.ts"
import { featuresOf } from "./reference-features.ts"
import { fitAll, mixedTable, openFeatures, runFeatures, table } from "./tables.ts"

test("the graph computes the features of every kind of column", async (t) => {
  const data = mixedTable()
  const fit = fitAll(data)
  const { session, features } = await openFeatures(t, fit)
  const packed = packTable(fit.signature, data)
  const expected = featuresOf(packed, fit.signature, fit.fitted)
  assert.equal(expected.length, packed.rowCount * features.length)
  assertClose(await runFeatures(session, packed, fit.signature), expected)
  assert.deepEqual([...new Set(features.map(({ column }) => column))].sort(), [
    "city",
    "day",
    "flag",
    "gaps",
    "moment",
    "offset",
    "shop",
    "size",
  ])
  assert.deepEqual(fit.signature.columns.find(({ name }) => name === "offset")?.input, "numeric64")
})

test("one row alone has the features that it has among others", async (t) => {
  const data = mixedTable()
  const fit = fitAll(data)
  const { session, features } = await openFeatures(t, fit)
  const all = await runFeatures(session, packTable(fit.signature, data), fit.signature)
  for (const row of [0, 13, 199]) {
    const one = await runFeatures(session, packTable(fit.signature, data, Uint32Array.of(row)), fit.signature)
    assert.deepEqual(one, all.slice(row * features.length, (row + 1) * features.length))
  }
})

test("no input of the right type and shape makes the graph fail, and it still computes what it should", async (t) => {
  const fit = fitAll(mixedTable())
  const { session } = await openFeatures(t, fit)
  const coded = await openFeatures(t, fit, "coded")
  const widths = inputWidths(fit.signature)
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3.4e38, -3.4e38, 1e-45, -0]
  const number = fc.oneof(
    fc.constantFrom(...odd),
    fc.float(),
    fc.integer({ min: -3_000_000, max: 3_000_000 }),
  )
  const texts = fc.oneof(
    fc.constantFrom("", "Köln", "北京", "😀", "1", "1:Köln", ":", "shop 1"),
    fc.string({ unit: "binary" }).map((text) => text.replaceAll("\u0000", "")),
  )
  const rows = fc.integer({ min: 1, max: 3 }).chain((rowCount) =>
    fc.record({
      rowCount: fc.constant(rowCount),
      numeric: exactly(number, rowCount * widths.numeric).map((values) => Float32Array.from(values)),
      numeric64: exactly(fc.oneof(fc.double(), number), rowCount * widths.numeric64).map((values) =>
        Float64Array.from(values),
      ),
      text: exactly(texts, rowCount * widths.text),
    }),
  )
  await fc.assert(
    fc.asyncProperty(rows, async (packed: PackedRows) => {
      const actual = await runFeatures(session, packed, fit.signature)
      assertClose(actual, featuresOf(packed, fit.signature, fit.fitted))
      assert(actual.every(Number.isFinite))
      const codes = await runFeatures(coded.session, packed, fit.signature)
      assertClose(codes, featuresOf(packed, fit.signature, fit.fitted, "coded"))
      for (const { feature, levelCount } of coded.categories)
        for (let at = feature; at < codes.length; at += coded.features.length)
          assert(isCode(codes[at] ?? -1, levelCount), `${codes[at]} is no code of ${levelCount}`)
    }),
    { numRuns: 100 },
  )
})

test("every day of the calendar has the parts that JavaScript's calendar gives it", async (t) => {
  const fit = fitAll(
    table([
      {
        name: "day",
        type: "date",
        values: Float64Array.from({ length: 400 }, (_, row) => row * 86_400 * 401),
      },
      { name: "y", type: "number", values: Float64Array.from({ length: 400 }, (_, row) => row / 3) },
    ]),
    {
      version: 1,
      columns: [
        {
          name: "day",
          use: "datetime",
          dateParts: ["year", "month", "day_of_week", "day_of_year"],
          scale: false,
          missingIndicator: false,
        },
      ],
    },
  )
  const { session } = await openFeatures(t, fit)
  const days = [-719_162, -719_103, -1, 0, 58, 59, 60, 11_016, 11_017, 19_782, 2_932_896]
  for (let day = -719_162; day < 2_932_896; day += 3_331) days.push(day)
  const numeric = Float32Array.from(days.flatMap((day) => [day, 0]))
  const packed = { rowCount: days.length, numeric, numeric64: null, text: null }
  const [column] = fit.fitted.columns
  assert(column?.use === "datetime")
  const unbounded = {
    ...fit.fitted,
    columns: [{ ...column, parts: column.parts.map((part) => ({ ...part, low: -1e6, high: 1e6 })) }],
  }
  const free = await openFeatures(t, { signature: fit.signature, fitted: unbounded })
  assert.deepEqual(
    await runFeatures(free.session, packed, fit.signature),
    featuresOf(packed, fit.signature, unbounded),
  )
  assertClose(
    await runFeatures(session, packed, fit.signature),
    featuresOf(packed, fit.signature, fit.fitted),
  )
})

test("a column of one kind alone needs only its input", async (t) => {
  const data = mixedTable()
  for (const name of ["size", "offset", "flag", "day", "moment", "city"]) {
    const fit = fitAll(table(data.columns.filter((column) => column.name === name || column.name === "y")))
    const { session } = await openFeatures(t, fit)
    assert.equal(session.inputs.length, 1)
    const packed = packTable(fit.signature, data)
    assertClose(
      await runFeatures(session, packed, fit.signature),
      featuresOf(packed, fit.signature, fit.fitted),
    )
  }
})

test("only rare levels: every value counts as rare", async (t) => {
  const fit = fitAll(
    table([
      { name: "name", type: "text", values: ["a", "b", "a", "b", "c", "c"] },
      { name: "y", type: "number", values: Float64Array.of(1.5, 2, 3, 4, 5, 6) },
    ]),
  )
  const { session, features } = await openFeatures(t, fit)
  assert.deepEqual(features, [{ column: "name", name: "name is rare" }])
  const packed = { rowCount: 2, numeric: null, numeric64: null, text: ["a", "never seen"] }
  assert.deepEqual([...(await runFeatures(session, packed, fit.signature))], [1, 1])
})

test("a row with an unknown category gets the rare level where there is one, else no level at all", async (t) => {
  const fit = fitAll(mixedTable())
  const { session, features } = await openFeatures(t, fit)
  const packed = packTable(fit.signature, mixedTable(), Uint32Array.of(20))
  const unknown = { ...packed, text: ["Atlantis", "Atlantis"] }
  const row = await runFeatures(session, unknown, fit.signature)
  const marked = features.filter(({ column }, at) => ["city", "shop"].includes(column) && row[at] === 1)
  assert.deepEqual(marked, [{ column: "city", name: "city is rare" }])
})

test("in the coded form each category is one feature after the numbers, its code counted within its column", async (t) => {
  const data = mixedTable()
  const fit = fitAll(data)
  const { session, features, categories } = await openFeatures(t, fit, "coded")
  const packed = packTable(fit.signature, data)
  const actual = await runFeatures(session, packed, fit.signature)
  assertClose(actual, featuresOf(packed, fit.signature, fit.fitted, "coded"))
  assert.deepEqual(
    features.slice(-2).map(({ name }) => name),
    ["city", "shop"],
  )
  const width = features.length
  // Köln, 北京, 😀, 1, missing and the rare level; five shops and a code for what was never seen.
  assert.deepEqual(categories, [
    { feature: width - 2, levelCount: 6 },
    { feature: width - 1, levelCount: 6 },
  ])
  const unknown = { ...packTable(fit.signature, data, Uint32Array.of(20)), text: ["Atlantis", "Atlantis"] }
  const row = await runFeatures(session, unknown, fit.signature)
  assert.deepEqual([...row.slice(-2)], [5, 5])
  const seen = new Set(
    Array.from({ length: packed.rowCount }, (_, at) => actual[at * width + width - 1] ?? -1),
  )
  assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4])
})

test("in the coded form a column of rare levels alone has one code", async (t) => {
  const fit = fitAll(
    table([
      { name: "name", type: "text", values: ["a", "b", "a", "b", "c", "c"] },
      { name: "y", type: "number", values: Float64Array.of(1.5, 2, 3, 4, 5, 6) },
    ]),
  )
  const { session, categories } = await openFeatures(t, fit, "coded")
  assert.deepEqual(categories, [{ feature: 0, levelCount: 1 }])
  const packed = { rowCount: 2, numeric: null, numeric64: null, text: ["a", "never seen"] }
  assert.deepEqual([...(await runFeatures(session, packed, fit.signature))], [0, 0])
})

function isCode(value: number, levelCount: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < levelCount
}

function exactly<Value>(arbitrary: fc.Arbitrary<Value>, length: number): fc.Arbitrary<Value[]> {
  return fc.array(arbitrary, { minLength: length, maxLength: length })
}

/** Relative to max(1, |expected|). */
function assertClose(actual: Float32Array, expected: Float32Array): void {
  assert.equal(actual.length, expected.length)
  for (const [at, value] of expected.entries())
    assert(
      Math.abs((actual[at] ?? Number.NaN) - value) <= 1e-6 * Math.max(1, Math.abs(value)),
      `feature ${at} is ${actual[at]}, expected ${value}`,
    )
}
