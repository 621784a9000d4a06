/** @file What of a CSV is rejected, widened and kept; a real file from end to end. */
import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"

import { defaultLimits } from "../../src/base/limits.ts"
import { importCsv } from "../../src/table/import-csv.ts"
import { parquetRelation, readTable, withSandbox } from "../../src/table/read-table.ts"
import { importText, jobFolder, rowsOf, typesOf } from "./job-folder.ts"

test("64-bit ids keep every digit in Parquet", async (t) => {
  const ids = ["9223372036854775807", "-9223372036854775808", "9007199254740993"]
  const imported = await importText(t, `id\n${ids.join("\n")}\n`)
  assert.equal(typesOf(imported), "id:integer")
  const rows = await withSandbox(imported, (sandbox) =>
    sandbox.rows(`SELECT id::VARCHAR FROM ${parquetRelation(imported.parquetPath)}`),
  )
  assert.deepEqual(rows.flat(), ids)
})

test("ragged rows are rejected with line and reason, the others stay", async (t) => {
  const good = Array.from({ length: 300 }, (_, index) => `${index},x`)
  const lines = ["a,b", ...good.slice(0, 100), "1", ...good.slice(100, 200), "1,2,3", ...good.slice(200)]
  const imported = await importText(t, `${lines.join("\n")}\n`)
  assert.equal(imported.rowCount, 300)
  assert.deepEqual(imported.rejected, {
    count: 2,
    rows: [
      { line: 102, column: null, reason: cells(1, 2), text: "1" },
      { line: 203, column: null, reason: cells(3, 2), text: "1,2,3" },
    ],
  })
  assert.deepEqual(rowsOf(imported.table).at(-1), [299, "x"])
})

test("a stray cell late in the file is rejected with its line, though cells with line ends stand before it", async (t) => {
  const lines = Array.from({ length: 30_000 }, (_, index) =>
    index === 25_000 ? "oops,x" : index === 7 ? '7,"two\nlines"' : `${index},x`,
  )
  const imported = await importText(t, `n,t\n${lines.join("\n")}\n`)
  assert.equal(typesOf(imported), "n:integer t:text")
  assert.equal(imported.rowCount, 29_999)
  assert.deepEqual(imported.rejected, {
    count: 1,
    rows: [
      {
        line: 25_003,
        column: "n",
        reason: { en: "not of type integer", zh: "不是 integer 类型" },
        text: "oops",
      },
    ],
  })
})

test("types beyond the first rows widen: integers to numbers, dates to times, numbers to text", async (t) => {
  const lines = Array.from({ length: 30_000 }, (_, index) =>
    index < 25_000 ? `${index},2026-01-01,${index},` : `${index}.5,2026-01-01 10:00,code-${index},4.5`,
  )
  const imported = await importText(t, `a,b,c,d\n${lines.join("\n")}\n`)
  assert.equal(typesOf(imported), "a:number b:timestamp c:text d:number")
  assert.equal(imported.rowCount, 30_000)
  assert.match(
    imported.warnings.map(({ en }) => en).join(),
    /Column "c" is read as text: 5000 of its 30000 cells/,
  )
  assert.deepEqual(rowsOf(imported.table)[29_999], [29_999.5, "2026-01-01T10:00:00.000Z", "code-29999", 4.5])
})

test("a quote that is never closed costs its line, not the rest of the file", async (t) => {
  const good = Array.from({ length: 300 }, (_, index) => `${index},x`)
  const imported = await importText(
    t,
    `a,b\n${good.slice(0, 150).join("\n")}\n150,"open\n${good.slice(150).join("\n")}\n`,
  )
  assert.equal(imported.rowCount, 300)
  assert.deepEqual(
    imported.rejected.rows.map(({ line, reason }) => [line, reason.en]),
    [[152, "a quote opens here and is never closed"]],
  )
})

test("text after a closing quote is rejected with what to do", async (t) => {
  const good = Array.from({ length: 300 }, (_, index) => `${index},x`)
  const imported = await importText(t, `a,b\n${good.join("\n")}\n1,"say "hi" now"\n`)
  assert.equal(imported.rowCount, 300)
  assert.match(imported.rejected.rows[0]?.reason.en ?? "", /quotes inside a cell must be doubled/)
})

test("a line longer than the limit is rejected and the next one read", async (t) => {
  const good = Array.from({ length: 300 }, (_, index) => `${index},x`)
  const long = `5,${"y".repeat(9 * 1024 * 1024)}`
  const imported = await importText(t, `a,b\n${good.join("\n")}\n${long}\n7,last\n`)
  assert.equal(imported.rowCount, 301)
  assert.deepEqual(rowsOf(imported.table).at(-1), [7, "last"])
  assert.match(imported.rejected.rows[0]?.reason.en ?? "", /longer than 4194304 bytes/)
})

test("a very long name is cut and told", async (t) => {
  const imported = await importText(t, `${"n".repeat(300)},b\n1,x\n`)
  assert.equal(imported.schema[0]?.name, "n".repeat(200))
  assert.match(imported.warnings.map(({ en }) => en).join(), /longer than 200 characters/)
})

test("at most the limit of bad rows is listed, all are counted", async (t) => {
  const lines = Array.from({ length: 1000 }, (_, index) => (index % 100 === 0 ? "bad" : `${index},x`))
  const imported = await importText(t, `a,b\n${lines.join("\n")}\n`, {}, { rejectedRowsListedMax: 3 })
  assert.equal(imported.rejected.count, 10)
  assert.deepEqual(
    imported.rejected.rows.map(({ line }) => line),
    [2, 102, 202],
  )
})

test("flights_late_25k.csv imports to 25,000 rows of 17 columns, and only the table is left behind", async (t) => {
  const folder = await jobFolder(t)
  const shares: number[] = []
  const imported = await importCsv({
    sourcePath: "examples/data/flights_late_25k.csv",
    folder,
    options: {},
    limits: defaultLimits,
    onProgress: (share) => shares.push(share),
  })
  assert.equal(imported.rowCount, 25_000)
  assert.equal(
    typesOf(imported),
    "month:integer day:integer dow:integer sched_dep_time:integer sched_arr_time:integer carrier:text origin:text dest:text " +
      "distance:integer plane_year:number seats:number temp:number wind_speed:number precip:number visib:number pressure:number late:integer",
  )
  assert.deepEqual(imported.rejected, { count: 0, rows: [] })
  assert.deepEqual(imported.warnings, [])
  const table = await readTable({ path: imported.parquetPath, folder })
  assert.deepEqual(rowsOf(table)[1], [
    1,
    1,
    1,
    600,
    931,
    "UA",
    "JFK",
    "SFO",
    2586,
    null,
    null,
    37.94,
    13.809359999999998,
    0,
    10,
    1012.6,
    0,
  ])
  assert.deepEqual(
    shares,
    [...shares].sort((left, right) => left - right),
  )
  assert.equal(shares.at(-1), 1)
  assert.equal(existsSync(join(folder, "clean.csv")) || existsSync(join(folder, "raw.parquet")), false)
})

test("a table of many columns keeps them all, in order", async (t) => {
  const columnCount = 400
  const numbers = Array.from({ length: columnCount }, (_, index) => index)
  const row = (factor: number) => numbers.map((number) => number * factor).join(",")
  const imported = await importText(
    t,
    `${numbers.map((number) => `c${number}`).join(",")}\n${row(1)}\n${row(0.5)}\n`,
  )
  assert.equal(imported.schema[columnCount - 1]?.name, `c${columnCount - 1}`)
  assert.deepEqual(rowsOf(imported.table), [numbers, numbers.map((number) => number * 0.5)])
})

function cells(got: number, expected: number) {
  return { en: `number of cells: ${got} instead of ${expected}`, zh: `单元格数为 ${got}，应为 ${expected}` }
}
