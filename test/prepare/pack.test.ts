/** @file Packing by the language-neutral vectors, hostile rows, limits, and equality with the packing of tables. */
import assert from "node:assert/strict"
import { test } from "node:test"

import fc from "fast-check"

import { type Fault, isFault } from "../../src/base/errors.ts"
import { canonicalCategory, formatDatetime, parseDatetime } from "../../src/prepare/cells.ts"
import { compilePacker } from "../../src/prepare/pack.ts"
import { packTable } from "../../src/prepare/pack-table.ts"
import type { Signature } from "../../src/prepare/signature.ts"
import { booleanMissing, type Table } from "../../src/table/table.ts"
import { limits, readVectors, signatureOf } from "./signatures.ts"

const vectors = readVectors()

for (const { name, rows, strict, expected } of vectors.cases) {
  test(`vector: ${name}`, () => {
    const packer = compilePacker(vectors.signature, limits)
    if ("problems" in expected) {
      const fault = rowsInvalid(() => packer.pack(rows, { strict }))
      assert.deepEqual(
        fault.problems.map(({ row, column, code }) =>
          column === undefined ? { row, code } : { row, column, code },
        ),
        expected.problems.map(({ row, column, code }) =>
          column === undefined ? { row, code } : { row, column, code },
        ),
      )
      assert.equal(fault.parameters.count, expected.problemCount)
      return
    }
    const { packed, warnings, warningCount } = packer.pack(rows, { strict })
    assert.equal(packed.rowCount, rows.length)
    assert.deepEqual(
      packed.numeric,
      Float32Array.from(expected.numeric, (value) => value ?? Number.NaN),
    )
    assert.deepEqual(
      packed.numeric64,
      Float64Array.from(expected.numeric64, (value) => value ?? Number.NaN),
    )
    assert.deepEqual(packed.text, expected.text)
    assert.deepEqual(
      warnings.map(({ row, column, code }) => ({ row, column, code })),
      expected.warnings.map(({ row, column, code }) => ({ row, column, code })),
    )
    assert.equal(warningCount, expected.warnings.length)
    for (const { message } of warnings) assert.doesNotMatch(message, /[{}]/)
  })
}

test("at most so many problems are listed, but all are counted", () => {
  const packer = compilePacker(vectors.signature, { problemsListedMax: 3 })
  const fault = rowsInvalid(() => packer.pack([null, 1, 2, 3, 4], { strict: false }))
  assert.equal(fault.problems.length, 3)
  assert.equal(fault.parameters.count, 5)
})

test("at most so many warnings are listed, but all are counted", () => {
  const packer = compilePacker(signatureOf([numberColumn("x", 0)]), { problemsListedMax: 3 })
  const { warnings, warningCount } = packer.pack(
    Array.from({ length: 8 }, () => ({ x: 5 })),
    { strict: false },
  )
  assert.equal(warnings.length, 3)
  assert.equal(warningCount, 8)
})

test("a column named like a member of Object is only found where the row itself has it", () => {
  const packer = compilePacker(
    signatureOf([numberColumn("constructor", 0), numberColumn("__proto__", 1)]),
    limits,
  )
  const row: unknown = JSON.parse('{"constructor": 0.5, "__proto__": 0.25}')
  assert.deepEqual([...(packer.pack([row], { strict: true }).packed.numeric ?? [])], [0.5, 0.25])
  const fault = rowsInvalid(() => packer.pack([{}], { strict: false }))
  assert.deepEqual(
    fault.problems.map(({ code }) => code),
    ["COLUMN_MISSING", "COLUMN_MISSING"],
  )
})

test("rows without a prototype are rows; values of a prototype are not the row's", () => {
  const packer = compilePacker(signatureOf([numberColumn("x", 0)]), limits)
  const bare: unknown = Object.assign(Object.create(null), { x: 1 })
  assert.deepEqual([...(packer.pack([bare], { strict: true }).packed.numeric ?? [])], [1])
  const heir: unknown = Object.create({ x: 1 })
  assert.throws(() => packer.pack([heir], { strict: false }), { code: "ROWS_INVALID" })
})

test("any JSON row is packed or refused by ROWS_INVALID, never anything else", () => {
  const packer = compilePacker(vectors.signature, limits)
  const names = [...vectors.signature.columns.map(({ name }) => name), "price", "other"]
  const row = fc.dictionary(fc.constantFrom(...names), fc.jsonValue())
  fc.assert(
    fc.property(fc.array(fc.oneof(row, fc.jsonValue()), { maxLength: 4 }), fc.boolean(), (rows, strict) => {
      try {
        assert.equal(packer.pack(rows, { strict }).packed.rowCount, rows.length)
      } catch (error) {
        assert(isFault(error, "ROWS_INVALID"))
        assert(error.problems.length > 0)
      }
    }),
  )
})

test("the packing of a table is bit for bit the packing of its cells", () => {
  const cell = fc.record({
    number: fc.oneof(fc.double({ noDefaultInfinity: true }), fc.integer(), fc.constant(1e39)),
    double: fc.double({ noDefaultInfinity: true }),
    flag: fc.constantFrom(0, 1, booleanMissing),
    date: fc.oneof(fc.integer({ min: -719_162, max: 2_932_896 }), fc.constant(Number.NaN)),
    time: fc.oneof(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), fc.constant(Number.NaN)),
    text: fc.oneof(fc.constant(null), fc.constantFrom("1.0", "-0", "e\u0301"), textWithoutNul),
    code: fc.oneof(fc.integer(), fc.constant(Number.NaN)),
  })
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 6 }), (cells) => {
      const packed = packTable(everyKind, tableOf(cells))
      const rows = cells.map(({ number, double, flag, date, time, text, code }) => ({
        number: orNull(number),
        double: orNull(double),
        flag: flag === booleanMissing ? null : flag === 1,
        date: Number.isNaN(date) ? null : formatDatetime(date * 86_400, "date"),
        time: Number.isNaN(time) ? null : formatDatetime(time, "second"),
        text,
        code: orNull(code),
      }))
      assertSameBits(compilePacker(everyKind, limits).pack(rows, { strict: false }).packed, packed)
    }),
  )
})

test("rows of a table are packed in the order asked for", () => {
  const table: Table = {
    rowCount: 3,
    columns: [{ name: "x", type: "number", values: Float64Array.of(1, 2, 3) }],
  }
  const packed = packTable(signatureOf([numberColumn("x", 0)]), table, Uint32Array.of(2, 0, 2))
  assert.deepEqual([...(packed.numeric ?? [])], [3, 1, 3])
})

test("infinity and U+0000 in a table are refused with their place", () => {
  const infinite: Table = {
    rowCount: 2,
    columns: [{ name: "x", type: "number", values: Float64Array.of(1, Number.NEGATIVE_INFINITY) }],
  }
  assert.throws(() => packTable(signatureOf([numberColumn("x", 0)]), infinite), {
    code: "NUMBER_INFINITE",
    parameters: { column: "x", row: 1 },
  })
  assert.throws(() => packTable(signatureOf([categoryColumn("x", 0)]), infinite), { code: "NUMBER_INFINITE" })
  const withNul: Table = { rowCount: 1, columns: [{ name: "x", type: "text", values: ["a\u0000"] }] }
  assert.throws(() => packTable(signatureOf([categoryColumn("x", 0)]), withNul), { code: "TEXT_HAS_NUL" })
})

test("the canonical form of a category is its own canonical form", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.double(), fc.boolean()), (value) => {
      const once = canonicalCategory(value)
      assert.equal(canonicalCategory(once), once)
    }),
  )
  for (const value of [0, -0, "-0", "-0.0", "0.00"]) assert.equal(canonicalCategory(value), "0")
  assert.equal(canonicalCategory("1.10"), "1.10")
  assert.equal(canonicalCategory("\ud800"), "\ufffd")
})

test("each moment of the years 1 to 9999 survives its text; Date agrees", () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), (seconds) => {
      const text = formatDatetime(seconds, "second")
      assert.equal(parseDatetime(text, ["iso"]), seconds)
      assert.equal(Date.parse(text) / 1000, seconds)
    }),
  )
})

const textWithoutNul = fc.string({ unit: "binary" }).map((text) => text.replaceAll("\u0000", ""))

function rowsInvalid(run: () => unknown): Fault {
  try {
    run()
  } catch (error) {
    assert(isFault(error, "ROWS_INVALID"))
    for (const { message } of error.problems) assert.doesNotMatch(message, /\{\w+\}/)
    return error
  }
  assert.fail("ROWS_INVALID was not thrown")
}

function numberColumn(name: string, position: number): Signature["columns"][number] {
  const rest = { input: "numeric", integer: false, range: [0, 1], required: true, nullable: true } as const
  return { name, kind: "number", position, example: 0, ...rest, range: [0, 1] }
}

function categoryColumn(name: string, position: number): Signature["columns"][number] {
  const rest = { input: "text", categories: ["a"], open: true, required: true, nullable: true } as const
  return { name, kind: "category", position, example: "a", ...rest, categories: ["a"] }
}

const datetime = {
  kind: "datetime",
  input: "numeric",
  zone: "UTC",
  required: true,
  nullable: true,
  example: "2026-11-23",
} as const

const everyKind = signatureOf([
  numberColumn("number", 0),
  { ...numberColumn("double", 0), kind: "number", input: "numeric64", integer: false, range: [0, 1] },
  {
    name: "flag",
    kind: "boolean",
    input: "numeric",
    position: 1,
    required: true,
    nullable: true,
    example: true,
  },
  { ...datetime, name: "date", position: 2, precision: "date", formats: ["yyyy-mm-dd"], range: [0, 1] },
  { ...datetime, name: "time", position: 4, precision: "second", formats: ["iso"], range: [0, 1] },
  categoryColumn("text", 0),
  categoryColumn("code", 1),
])

type Cells = {
  number: number
  double: number
  flag: number
  date: number
  time: number
  text: string | null
  code: number
}

function tableOf(cells: readonly Cells[]): Table {
  const numbers = (name: "number" | "double" | "time" | "code") =>
    Float64Array.from(cells, (cell) => cell[name])
  return {
    rowCount: cells.length,
    columns: [
      { name: "number", type: "number", values: numbers("number") },
      { name: "double", type: "number", values: numbers("double") },
      { name: "flag", type: "boolean", values: Uint8Array.from(cells, ({ flag }) => flag) },
      { name: "date", type: "date", values: Float64Array.from(cells, ({ date }) => date * 86_400) },
      { name: "time", type: "timestamp", values: numbers("time") },
      { name: "text", type: "text", values: cells.map(({ text }) => text) },
      { name: "code", type: "integer", values: numbers("code") },
    ],
  }
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

type PackedTensors = {
  numeric: Float32Array | null
  numeric64: Float64Array | null
  text: readonly string[] | null
}

function assertSameBits(actual: PackedTensors, expected: PackedTensors): void {
  assert.deepEqual(bitsOf(actual.numeric), bitsOf(expected.numeric))
  assert.deepEqual(bitsOf(actual.numeric64), bitsOf(expected.numeric64))
  assert.deepEqual(actual.text, expected.text)
}

function bitsOf(values: Float32Array | Float64Array | null): Uint8Array | null {
  return values === null ? null : new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
