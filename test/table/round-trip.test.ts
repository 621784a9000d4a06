/** @file Any table, written as CSV in any manner, comes back with the same cells. */
import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"

import fc from "fast-check"

import type { ColumnType } from "../../src/table/table.ts"
import { type Cell, importText, rowsOf } from "./job-folder.ts"

type Manner = {
  readonly delimiter: string
  readonly newline: string
  readonly quoteAll: boolean
  readonly hasMark: boolean
  readonly lastLineEnds: boolean
}

const manner: fc.Arbitrary<Manner> = fc.record({
  delimiter: fc.constantFrom(",", ";", "\t", "|", ":", "~"),
  newline: fc.constantFrom("\n", "\r\n"),
  quoteAll: fc.boolean(),
  hasMark: fc.boolean(),
  lastLineEnds: fc.boolean(),
})

const letters = fc.constantFrom(..."aé北😀\",;\t|:~\n\r '\\.-#10", "NA", "null", '""', "\r\n")
const cells: Readonly<Record<ColumnType, fc.Arbitrary<Cell>>> = {
  integer: fc.maxSafeInteger(),
  number: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
  boolean: fc.boolean(),
  date: fc
    .integer({ min: -700_000, max: 2_900_000 })
    .map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10)),
  timestamp: fc
    .integer({ min: -60_000_000_000, max: 250_000_000_000 })
    .map((second) => new Date(second * 1_000).toISOString()),
  text: fc.string({ unit: letters, minLength: 1, maxLength: 12 }),
}

const column = fc.constantFrom<ColumnType>("integer", "number", "boolean", "date", "timestamp", "text")
const table = fc.array(column, { minLength: 1, maxLength: 5 }).chain((types) =>
  fc.record({
    types: fc.constant(types),
    rows: fc.array(fc.tuple(...types.map((type) => fc.option(cells[type], { freq: 5 }))), {
      minLength: 1,
      maxLength: 8,
    }),
  }),
)

test("any table comes back from its CSV with the same cells", async (t) => {
  await fc.assert(
    fc.asyncProperty(table, manner, async ({ types, rows }, how) => {
      const names = types.map((_, index) => `name ${index}`)
      const imported = await importText(t, writeCsv([names, ...rows], how), {
        delimiter: how.delimiter,
        header: true,
        decimal: ".",
        columnTypes: Object.fromEntries(types.map((type, index) => [`name ${index}`, type])),
      })
      assert.deepEqual(rowsOf(imported.table), rows)
      assert.equal(imported.rejected.count, 0)
    }),
    { numRuns: 30 },
  )
})

test("numbers come back exactly, and their types are found", async (t) => {
  const numbers = fc.array(
    fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }), fc.maxSafeInteger()),
    { minLength: 2, maxLength: 30 },
  )
  await fc.assert(
    fc.asyncProperty(numbers, async (values) => {
      const clean = values.map((value) => (value === 0 ? 0 : value))
      const imported = await importText(t, `x,s\n${clean.map((value) => `${value},t`).join("\n")}\n`)
      assert.deepEqual(
        rowsOf(imported.table).map(([value]) => value),
        clean,
      )
      const isWhole = clean.every((value) => /^-?\d+$/.test(String(value)))
      assert.equal(imported.schema[0]?.type, isWhole ? "integer" : "number")
    }),
    { numRuns: 15 },
  )
})

test("no sequence of bytes makes an import fail but with an error of the catalogue", async (t) => {
  const soup = fc.string({
    unit: fc.constantFrom(...'ab1.,;\t|"\n\r-', '""', "\r\n", ',"', '",', "2026-01-05", "true", "NA"),
    minLength: 1,
    maxLength: 60,
  })
  await fc.assert(
    fc.asyncProperty(soup, async (text) => {
      const imported = await importOrCode(t, text)
      if (typeof imported === "string") return
      assert.equal(imported.table.rowCount, imported.rowCount)
      assert.equal(imported.table.columns.length, imported.schema.length)
      assert.ok(imported.rowCount > 0)
    }),
    { numRuns: 60 },
  )
})

async function importOrCode(t: TestContext, text: string) {
  try {
    return await importText(t, text, {}, { rejectedRowsShareMax: 0.9 })
  } catch (error) {
    assert.ok(error instanceof Error && "code" in error && "parameters" in error, String(error))
    return String(error.code)
  }
}

function writeCsv(rows: readonly (readonly Cell[])[], how: Manner): string {
  const lines = rows.map((row) => row.map((cell) => writeCell(cell, row.length, how)).join(how.delimiter))
  const end = how.lastLineEnds ? how.newline : ""
  return `${how.hasMark ? "\uFEFF" : ""}${lines.join(how.newline)}${end}`
}

function writeCell(cell: Cell, cellCount: number, how: Manner): string {
  // In a file of one column an empty line is no row, so that a missing cell needs its quotes.
  if (cell === null) return cellCount === 1 ? '""' : ""
  const text = String(cell)
  const needsQuotes = how.quoteAll || /["\r\n]|^\s*$/.test(text) || text.includes(how.delimiter)
  return needsQuotes ? `"${text.replaceAll('"', '""')}"` : text
}
