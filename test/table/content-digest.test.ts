/** @file The content digest against vectors of an independent program, and against every way to store the same cells. */
import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { type TestContext, test } from "node:test"

import { z } from "zod"

import { sqlTypes } from "../../src/table/cell-sql.ts"
import { contentDigest } from "../../src/table/content-digest.ts"
import { sqlName, sqlText } from "../../src/table/duckdb.ts"
import { columnTypes } from "../../src/table/table.ts"
import { hasCode, importText } from "./job-folder.ts"
import { storeQuery } from "./store-query.ts"

const vectorsSchema = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      columns: z.array(z.object({ name: z.string(), type: z.enum(columnTypes) })),
      rows: z.array(z.array(z.string().nullable())).optional(),
      digest: z.string().length(64),
    }),
  ),
})
type Vector = z.infer<typeof vectorsSchema>["cases"][number]

const vectors = vectorsSchema.parse(JSON.parse(await readFile("test/vectors/content-digest.json", "utf8")))

const layouts: readonly { readonly name: string; readonly options: string }[] = [
  { name: "zstd", options: "COMPRESSION zstd" },
  { name: "small row groups without compression", options: "COMPRESSION uncompressed, ROW_GROUP_SIZE 2048" },
  { name: "Parquet version 2", options: "COMPRESSION snappy, PARQUET_VERSION v2" },
]

for (const vector of vectors.cases) {
  test(`the digest of a vector, however Parquet holds it: ${vector.name}`, async (t) => {
    for (const { name, options } of layouts) {
      const stored = await storeVector(t, vector, options)
      assert.equal(await contentDigest(stored), vector.digest, name)
    }
  })
}

test("narrow physical types give the same digest as wide ones", async (t) => {
  const wide = await storeQuery(t, "SELECT i::BIGINT AS i, (i / 4)::DOUBLE AS n FROM range(100) t(i)")
  const narrow = await storeQuery(t, "SELECT i::UTINYINT AS i, (i / 4)::FLOAT AS n FROM range(100) t(i)")
  assert.equal(await contentDigest(wide), await contentDigest(narrow))
})

test("one CSV gives one digest, whatever its delimiter, line ends and compression of numbers", async (t) => {
  const first = await importText(t, "a,b,c\n1,1.50,2026-01-05\n2,x y,2026-12-31\n".replace("x y", "2"))
  const second = await importText(t, 'a;"b";c\r\n1;1.5;2026/1/5\r\n2;2.0;2026/12/31\r\n')
  assert.equal(await digestOf(first), await digestOf(second))
})

test("another cell, name, type, order of rows or order of columns gives another digest", async (t) => {
  const texts = [
    "a,b\n1,x\n2,y\n",
    "a,b\n1,x\n2,z\n",
    "a,c\n1,x\n2,y\n",
    "a,b\n2,y\n1,x\n",
    "b,a\nx,1\ny,2\n",
  ]
  const digests = []
  for (const text of texts) digests.push(await digestOf(await importText(t, text)))
  digests.push(await digestOf(await importText(t, texts[0] ?? "", { columnTypes: { a: "number" } })))
  assert.equal(new Set(digests).size, texts.length + 1)
})

test("the same input gives the same digest, with one thread or two, and rows are counted as they pass", async (t) => {
  const text = `n,s\n${Array.from({ length: 20_000 }, (_, row) => `${row},text ${row % 13}`).join("\n")}\n`
  const imported = await importText(t, text)
  const rowCounts: number[] = []
  const once = await contentDigest({
    path: imported.parquetPath,
    folder: imported.folder,
    threads: 1,
    onRows: (rowCount) => rowCounts.push(rowCount),
  })
  assert.equal(once, await digestOf(await importText(t, text)))
  assert.equal(rowCounts.at(-1), 20_000)
})

test("a file that is not Parquet is refused", async (t) => {
  const imported = await importText(t, "a\n1\n")
  await assert.rejects(
    contentDigest({ path: join(imported.folder, "upload"), folder: imported.folder }),
    hasCode("PARQUET_UNREADABLE"),
  )
})

function digestOf(imported: { readonly parquetPath: string; readonly folder: string }): Promise<string> {
  return contentDigest({ path: imported.parquetPath, folder: imported.folder })
}

async function storeVector(t: TestContext, vector: Vector, layout: string) {
  const names = vector.columns.map(({ name }) => sqlName(name)).join(", ")
  const casts = vector.columns.map(
    ({ name, type }) => `${sqlName(name)}::${sqlTypes[type]} AS ${sqlName(name)}`,
  )
  // The vector of many rows is told by its rule.
  const rows =
    vector.rows ??
    Array.from({ length: 5_000 }, (_, row): (string | null)[] => [String(row), `row ${row % 7}`])
  const blank = `(${vector.columns.map(() => "NULL::VARCHAR").join(", ")})`
  const values = rows.map(
    (row) => `(${row.map((cell) => (cell === null ? "NULL" : sqlText(cell))).join(", ")})`,
  )
  const relation = `(VALUES ${[blank, ...values].join(", ")}) t(${names}) OFFSET 1`
  return storeQuery(t, `SELECT ${casts.join(", ")} FROM ${relation}`, layout)
}
