/** @file Parquet into memory: every type, missing cells, many chunks, chosen columns, files of others. */
import assert from "node:assert/strict"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"

import { describeParquet, readTable } from "../../src/table/read-table.ts"
import { hasCode, importText, rowsOf } from "./job-folder.ts"
import { storeQuery } from "./store-query.ts"

const allTypes = `SELECT
  CASE WHEN i % 5 <> 0 THEN i END AS integers,
  CASE WHEN i % 7 <> 0 THEN i / 8 END AS numbers,
  CASE WHEN i % 3 <> 0 THEN i % 2 = 0 END AS booleans,
  CASE WHEN i % 4 <> 0 THEN DATE '1969-12-30' + i::INTEGER END AS dates,
  CASE WHEN i % 6 <> 0 THEN TIMESTAMP '1969-12-31 23:59:59.5' + INTERVAL (i) SECOND END AS times,
  CASE WHEN i % 2 <> 0 THEN 'text ' || i END AS texts
FROM range(5000) t(i)`

test("every type is read over many chunks, in order, with its own kind of missing", async (t) => {
  const stored = await storeQuery(t, allTypes, "COMPRESSION zstd, ROW_GROUP_SIZE 2048")
  const table = await readTable(stored)
  const expected = Array.from({ length: 5_000 }, (_, row) => [
    row % 5 === 0 ? null : row,
    row % 7 === 0 ? null : row / 8,
    row % 3 === 0 ? null : row % 2 === 0,
    row % 4 === 0 ? null : new Date((row - 2) * 86_400_000).toISOString().slice(0, 10),
    row % 6 === 0 ? null : new Date(row * 1_000 - 500).toISOString(),
    row % 2 === 0 ? null : `text ${row}`,
  ])
  assert.deepEqual(rowsOf(table), expected)
  assert.deepEqual(
    table.columns.map(({ type }) => type),
    ["integer", "number", "boolean", "date", "timestamp", "text"],
  )
})

test("columns are chosen by name, in the order asked for", async (t) => {
  const stored = await storeQuery(t, allTypes)
  const table = await readTable({ ...stored, columns: ["texts", "integers"] })
  assert.deepEqual(rowsOf(table)[1], ["text 1", 1])
  const none = await readTable({ ...stored, columns: [] })
  assert.deepEqual(none, { rowCount: 5_000, columns: [] })
  await assert.rejects(
    readTable({ ...stored, columns: ["integers", "absent"] }),
    hasCode("TABLE_COLUMN_UNKNOWN", /no column absent/),
  )
})

test("names with quotes and letters of any script are read", async (t) => {
  const imported = await importText(t, `"say ""hi""",年龄,select\n1,2,3\n`)
  const { folder, parquetPath: path } = imported
  const table = await readTable({ folder, path, columns: ["年龄", 'say "hi"', "select"] })
  assert.deepEqual(rowsOf(table), [[2, 1, 3]])
})

test("a description tells schema and row count", async (t) => {
  assert.deepEqual(await describeParquet(await storeQuery(t, allTypes)), {
    schema: [
      { name: "integers", type: "integer" },
      { name: "numbers", type: "number" },
      { name: "booleans", type: "boolean" },
      { name: "dates", type: "date" },
      { name: "times", type: "timestamp" },
      { name: "texts", type: "text" },
    ],
    rowCount: 5_000,
  })
})

test("types of files that others wrote are taken: decimals, narrow integers, times with a zone", async (t) => {
  const stored = await storeQuery(
    t,
    "SELECT 1.25::DECIMAL(9, 2) AS d, 7::UTINYINT AS u, 0.5::FLOAT AS f, TIMESTAMPTZ '2026-01-05 10:00:00+02' AS t, 'NaN'::DOUBLE AS n",
  )
  const table = await readTable(stored)
  assert.deepEqual(rowsOf(table), [[1.25, 7, 0.5, "2026-01-05T08:00:00.000Z", null]])
})

test("what is no table of ours is refused with its reason", async (t) => {
  const nested = await storeQuery(t, "SELECT [1, 2] AS list")
  await assert.rejects(readTable(nested), hasCode("PARQUET_UNREADABLE", /column "list"/))
  const path = join(nested.folder, "broken.parquet")
  await writeFile(path, "PAR1 but no more")
  await assert.rejects(readTable({ ...nested, path }), hasCode("PARQUET_UNREADABLE"))
  await assert.rejects(
    describeParquet({ ...nested, path: join(nested.folder, "absent") }),
    hasCode("PARQUET_UNREADABLE"),
  )
  await assert.rejects(describeParquet({ ...nested, path: "/etc/passwd" }), hasCode("PARQUET_UNREADABLE"))
})
