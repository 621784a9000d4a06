/** @file Figures of fitted recipes: against closed forms, against scikit-learn, and never from rows outside the training. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import fc from "fast-check"
import { z } from "zod"
import { float32Max } from "../../src/prepare/cells.ts"
import { fitRecipe } from "../../src/prepare/fit.ts"
import { categoriesListedMax } from "../../src/prepare/fit-column.ts"
import { type FittedColumn, fittedRecipeSchema } from "../../src/prepare/fitted-recipe.ts"
import { compilePacker } from "../../src/prepare/pack.ts"
import { packTable } from "../../src/prepare/pack-table.ts"
import { parseRecipePlan } from "../../src/prepare/recipe.ts"
import { type SignatureColumn, signatureSchema } from "../../src/prepare/signature.ts"
import { clipRange, medianOf, momentsOf } from "../../src/prepare/statistics.ts"
import { inferTarget } from "../../src/prepare/target.ts"
import type { TableColumn } from "../../src/table/table.ts"
import { limits } from "./signatures.ts"
import { fitAll, mixedTable, openFeatures, runFeatures, table } from "./tables.ts"

/** The one column `x` beside a target. */
function fitOne(column: TableColumn, options: object = {}, trainingRows?: Uint32Array) {
  const rowCount = column.values.length
  const y: TableColumn = {
    name: "y",
    type: "number",
    values: Float64Array.from({ length: rowCount }, (_, row) => row / 3),
  }
  const data = table([column, y])
  const use = {
    integer: "number",
    number: "number",
    boolean: "boolean",
    date: "datetime",
    timestamp: "datetime",
    text: "category",
  }[column.type]
  const { signature, fitted } = fitRecipe({
    plan: parseRecipePlan({ version: 1, columns: [{ name: column.name, use, ...options }] }),
    table: data,
    target: { name: "y", task: "regression", classes: null, positiveClass: null },
    trainingRows: trainingRows ?? Uint32Array.from({ length: rowCount }, (_, row) => row),
  })
  const [described] = signature.columns
  const [figures] = fitted.columns
  assert(described !== undefined && figures !== undefined)
  return { described, figures, signature, fitted }
}

function numbers(values: readonly number[], type: "integer" | "number" = "number"): TableColumn {
  return { name: "x", type, values: Float64Array.from(values) }
}

function asNumber(figures: FittedColumn) {
  assert(figures.use === "number" || figures.use === "boolean")
  return figures
}

function asCategory({ described, figures }: { described: SignatureColumn; figures: FittedColumn }) {
  assert(described.kind === "category" && figures.use === "category")
  return { ...figures, categories: described.categories, nullable: described.nullable }
}

test("numbers: median, mean and population deviation of the filled values; the indicator above 1% missing", () => {
  const { described, figures } = fitOne(numbers([1, Number.NaN, 2, 4, 9]))
  const { impute, low, high, mean, deviation, missingIndicator, centre } = asNumber(figures)
  assert.deepEqual(
    { impute, low, high, centre, missingIndicator },
    { impute: 3, low: 1, high: 9, centre: null, missingIndicator: true },
  )
  assert.equal(mean, Math.fround(19 / 5))
  assert.equal(deviation, Math.fround(Math.sqrt((1 + 4 + 9 + 16 + 81) / 5 - (19 / 5) ** 2)))
  assert.deepEqual(described, {
    name: "x",
    kind: "number",
    input: "numeric",
    position: 0,
    integer: false,
    required: false,
    nullable: true,
    example: 1,
    range: [1, 9],
  })
  const rare = fitOne(numbers([Number.NaN, ...Array.from({ length: 99 }, (_, row) => row)]))
  const more = fitOne(
    numbers([Number.NaN, Number.NaN, Number.NaN, ...Array.from({ length: 197 }, (_, row) => row)]),
  )
  assert.equal(asNumber(more.figures).missingIndicator, true)
  assert.equal(asNumber(rare.figures).missingIndicator, false)
})

test("options of the plan hold: constant, no scale, no clip, indicator", () => {
  const values = [...Array.from({ length: 5_000 }, (_, row) => row), 1e6]
  const plain = asNumber(fitOne(numbers(values)).figures)
  assert.deepEqual([plain.low, plain.high], [5, 4_995])
  const options = { impute: { constant: 0.1 }, scale: false, clip: null, missingIndicator: true }
  const { impute, mean, deviation, low, high, missingIndicator } = asNumber(
    fitOne(numbers(values), options).figures,
  )
  assert.deepEqual(
    { impute, mean, deviation, low, high, missingIndicator },
    {
      impute: Math.fround(0.1),
      mean: 0,
      deviation: 1,
      low: -float32Max,
      high: float32Max,
      missingIndicator: true,
    },
  )
})

test("a constant column has deviation 1, a nearly constant one keeps its odd values", () => {
  const { mean, deviation } = asNumber(fitOne(numbers([0.1, 0.1, 0.1])).figures)
  assert.deepEqual([mean, deviation], [Math.fround(0.1), 1])
  const { low, high } = asNumber(fitOne(numbers([...Array.from({ length: 4_999 }, () => 0), 7])).figures)
  assert.deepEqual([low, high], [0, 7])
  const empty = asNumber(fitOne(numbers([Number.NaN, Number.NaN])).figures)
  assert.deepEqual([empty.impute, empty.mean, empty.deviation], [0, 0, 1])
})

test("numbers that float32 would merge, or cannot hold, are read in float64 around their median", () => {
  const offset = fitOne(
    numbers(
      Array.from({ length: 100 }, (_, row) => 100_000_000 + row),
      "integer",
    ),
  )
  assert.equal(offset.described.input, "numeric64")
  const { centre, low, high } = asNumber(offset.figures)
  assert.deepEqual([centre, low, high], [100_000_049.5, -49.5, 49.5])
  assert.equal(fitOne(numbers([1, 2, 1e300])).described.input, "numeric64")
  assert.equal(fitOne(numbers([1, 2, 0.1])).described.input, "numeric")
})

test("booleans are filled by the more frequent value and left unscaled; numbers of 0 and 1 may be booleans", () => {
  const { described, figures } = fitOne({ name: "x", type: "boolean", values: Uint8Array.of(1, 0, 1, 2) })
  const { impute, mean, deviation, missingIndicator } = asNumber(figures)
  assert.deepEqual([impute, mean, deviation, missingIndicator], [1, 0, 1, true])
  assert.deepEqual([described.kind, described.example, described.nullable], ["boolean", true, true])
  assert.equal(fitOne(numbers([0, 1, 0]), { use: "boolean" }).described.kind, "boolean")
})

test("levels of at least 10 rows within the rank are their own, the rest share one; missing is a level as well", () => {
  const of = (counts: Record<string, number>) =>
    Object.entries(counts).flatMap(([level, rows]) =>
      Array.from({ length: rows }, () => (level === "-" ? null : level)),
    )
  const text = (counts: Record<string, number>): TableColumn => ({
    name: "x",
    type: "text",
    values: of(counts),
  })
  const plain = asCategory(fitOne(text({ b: 11, a: 11, c: 30, rare: 9, "-": 10 })))
  assert.deepEqual(plain.levels, ["c", "a", "b", ""])
  assert.deepEqual(plain.categories, ["c", "a", "b", "rare"])
  assert.deepEqual([plain.hasOther, plain.nullable], [true, true])
  const ranked = asCategory(fitOne(text({ a: 11, b: 12, c: 13 }), { levelsMax: 2 }))
  assert.deepEqual([ranked.levels, ranked.hasOther], [["c", "b"], true])
  const few = asCategory(fitOne(text({ a: 10, "-": 3 })))
  assert.deepEqual([few.levels, few.hasOther], [["a"], true])
  const whole = asCategory(fitOne(text({ a: 10, b: 10 })))
  assert.deepEqual([whole.levels, whole.hasOther, whole.nullable], [["a", "b"], false, false])
  const codes = asCategory(fitOne(numbers([1, 2, 1, 2]), { use: "category", rareLevelRowsMin: 1 }))
  assert.deepEqual(codes.levels, ["1", "2"])
  const names = Array.from({ length: categoriesListedMax + 5 }, (_, row) => `name ${row}`)
  assert.equal(
    asCategory(fitOne({ name: "x", type: "text", values: names })).categories.length,
    categoriesListedMax,
  )
})

test("dates: the precision of the data, figures of each part, an example in text", () => {
  const day = 86_400
  const values = Float64Array.of(0, 31 * day, Number.NaN)
  const { described, figures } = fitOne({ name: "x", type: "date", values }, { dateParts: ["month"] })
  assert(described.kind === "datetime" && figures.use === "datetime")
  assert.deepEqual(
    [described.precision, described.example, described.range],
    ["date", "1970-01-01", [0, 31 * day]],
  )
  assert.deepEqual(figures, {
    name: "x",
    use: "datetime",
    imputeDay: 15,
    imputeSecond: 0,
    missingIndicator: true,
    parts: [
      { part: "month", low: 1, high: 2, mean: Math.fround(4 / 3), deviation: Math.fround(Math.sqrt(2) / 3) },
    ],
  })
  const time = fitOne(
    { name: "x", type: "timestamp", values: Float64Array.of(1.5, 60) },
    { dateParts: ["minute"] },
  )
  assert(time.described.kind === "datetime")
  assert.deepEqual([time.described.precision, time.described.example], ["second", "1970-01-01T00:00:01Z"])
})

test("only training rows are read: other rows may hold anything", () => {
  const some = fitOne(
    numbers([1, 2, 3, 1e30, Number.POSITIVE_INFINITY, Number.NaN]),
    {},
    Uint32Array.of(0, 1, 2),
  )
  assert.deepEqual(some, fitOne(numbers([1, 2, 3])))
})

test("what a plan cannot do with the data is said with the column", () => {
  assert.throws(() => fitOne(numbers([1, 2]), { name: "z" }), {
    code: "RECIPE_COLUMN_UNKNOWN",
    parameters: { column: "z" },
  })
  assert.throws(() => fitOne({ name: "x", type: "text", values: ["1"] }, { use: "number" }), {
    code: "RECIPE_COLUMN_KIND",
    parameters: { column: "x", use: "number", type: "text" },
  })
  assert.throws(() => fitOne(numbers([0, 2]), { use: "boolean" }), { code: "RECIPE_COLUMN_KIND" })
  assert.throws(() => fitOne(numbers([0, 2]), { use: "ignore" }), { code: "RECIPE_EMPTY" })
  assert.throws(() => fitOne(numbers([0, Number.NEGATIVE_INFINITY])), {
    code: "NUMBER_INFINITE",
    parameters: { column: "x", row: 1 },
  })
})

test("columns that the plan leaves out are ignored in the signature, with the reason", () => {
  const data = mixedTable()
  const plan = parseRecipePlan({
    version: 1,
    columns: [
      { name: "size", use: "number" },
      { name: "city", use: "ignore", reason: "text" },
      { name: "y", use: "number" },
    ],
  })
  const { signature } = fitAll(data, plan)
  assert.deepEqual(
    signature.columns.map(({ name }) => name),
    ["size"],
  )
  const reasons = Object.fromEntries(signature.ignored.map(({ name, reason }) => [name, reason]))
  assert.deepEqual(reasons, {
    y: "target",
    gaps: "chosen",
    offset: "chosen",
    flag: "chosen",
    day: "chosen",
    moment: "chosen",
    city: "text",
    shop: "chosen",
  })
})

test("the example of a fitted signature is one real row, and packs without a warning", () => {
  const data = mixedTable()
  const { signature, fitted } = fitAll(data)
  const example = Object.fromEntries(signature.columns.map(({ name, example: value }) => [name, value]))
  const { packed, warningCount } = compilePacker(signature, limits).pack([example], { strict: true })
  assert.equal(warningCount, 0)
  const rows = Array.from({ length: data.rowCount }, (_, row) =>
    packTable(signature, data, Uint32Array.of(row)),
  )
  assert(rows.some((row) => JSON.stringify(row) === JSON.stringify(packed)))
  assert.deepEqual(signatureSchema.parse(JSON.parse(JSON.stringify(signature))), signature)
  assert.deepEqual(fittedRecipeSchema.parse(JSON.parse(JSON.stringify(fitted))), fitted)
})

test("a binary task starts with the threshold 0.5", () => {
  const data = table([
    { name: "x", type: "number", values: Float64Array.from({ length: 10 }, (_, row) => row) },
    { name: "y", type: "boolean", values: Uint8Array.from({ length: 10 }, (_, row) => row % 2) },
  ])
  const plan = parseRecipePlan({ version: 1, columns: [{ name: "x", use: "number" }] })
  const target = inferTarget(data, { target: "y" })
  const { signature } = fitRecipe({ plan, table: data, target, trainingRows: Uint32Array.of(0, 1, 2) })
  assert.equal(signature.threshold, 0.5)
  assert.equal(signature.positiveClass, "true")
})

test("the median of equal numbers is that number, however small or large", () => {
  for (const value of [-9 * Number.MIN_VALUE, Number.MAX_VALUE, 0.1])
    assert.equal(medianOf(Float64Array.of(value, value)), value)
})

test("order statistics and moments by their definitions", () => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 })
  fc.assert(
    fc.property(fc.array(finite, { minLength: 1 }), (values) => {
      const sorted = Float64Array.from(values).sort()
      const median = medianOf(sorted)
      assert(sorted.filter((value) => value < median).length <= values.length / 2)
      assert(sorted.filter((value) => value > median).length <= values.length / 2)
      const [low, high] = clipRange(sorted, [0.1, 0.9])
      assert(sorted.includes(low) && sorted.includes(high))
      assert(sorted.filter((value) => value < low).length <= 0.1 * values.length)
      const { mean, deviation } = momentsOf(sorted)
      const shifted = momentsOf(sorted.map((value) => value + 1))
      assert(Math.abs(shifted.mean - mean - 1) < 1e-9 && Math.abs(shifted.deviation - deviation) < 1e-8)
      // Values of 1e6 are rounded to 1e-10: nearly equal ones may seem to deviate by more than their range.
      assert(deviation >= 0 && deviation <= (sorted.at(-1) ?? 0) - (sorted[0] ?? 0) + 1e-9)
    }),
  )
})

const fixtureSchema = z.object({
  number: z.record(z.string(), z.array(z.number().nullable())),
  category: z.record(z.string(), z.array(z.string())),
  categories: z.record(z.string(), z.array(z.string())),
  unseen: z.record(z.string(), z.union([z.number().nullable(), z.string()])),
  scaled: z.array(z.array(z.number())),
  oneHot: z.array(z.array(z.number())),
  unseenScaled: z.array(z.number()),
  unseenOneHot: z.array(z.number()),
})

test("features equal scikit-learn's SimpleImputer, StandardScaler and OneHotEncoder", async (t) => {
  const path = new URL("../../../test/fixtures/prepare-sklearn.json", import.meta.url)
  const fixture = fixtureSchema.parse(JSON.parse(readFileSync(path, "utf8")))
  const rowCount = fixture.scaled.length
  const numeric = Object.entries(fixture.number).map(
    ([name, values]): TableColumn => ({
      name,
      type: "number",
      values: Float64Array.from(values, (value) => value ?? Number.NaN),
    }),
  )
  const texts = Object.entries(fixture.category).map(
    ([name, values]): TableColumn => ({ name, type: "text", values }),
  )
  const y: TableColumn = {
    name: "y",
    type: "number",
    values: Float64Array.from({ length: rowCount }, (_, row) => row / 3),
  }
  const plan = parseRecipePlan({
    version: 1,
    columns: [
      ...numeric.map(({ name }) => ({ name, use: "number", missingIndicator: false })),
      ...texts.map(({ name }) => ({ name, use: "category", rareLevelRowsMin: 1 })),
    ],
  })
  const data = table([...numeric, ...texts, y])
  const fit = fitAll(data, plan)
  const { session, features } = await openFeatures(t, fit)
  const expectedOf = (scaled: readonly number[], oneHot: readonly number[]) => {
    const names = Object.entries(fixture.categories).flatMap(([name, levels]) =>
      levels.map((level) => `${name} = ${level}`),
    )
    const byName = new Map([
      ...Object.keys(fixture.number).map((name, at): [string, number] => [name, scaled[at] ?? Number.NaN]),
      ...names.map((name, at): [string, number] => [name, oneHot[at] ?? Number.NaN]),
    ])
    assert.equal(byName.size, features.length)
    return features.map(({ name }) => byName.get(name) ?? Number.NaN)
  }
  const compare = (actual: Float32Array, expected: readonly number[]) => {
    for (const [at, value] of expected.entries())
      assert(
        Math.abs((actual[at] ?? Number.NaN) - value) <= 2e-6 * Math.max(1, Math.abs(value)),
        `${features[at]?.name}: ${actual[at]} and ${value}`,
      )
  }
  const all = await runFeatures(session, packTable(fit.signature, data), fit.signature)
  for (let row = 0; row < rowCount; row += 1)
    compare(
      all.subarray(row * features.length, (row + 1) * features.length),
      expectedOf(fixture.scaled[row] ?? [], fixture.oneHot[row] ?? []),
    )
  const { packed } = compilePacker(fit.signature, limits).pack([fixture.unseen], { strict: false })
  compare(
    await runFeatures(session, packed, fit.signature),
    expectedOf(fixture.unseenScaled, fixture.unseenOneHot),
  )
})
