/** @file Profiles against counts made by hand, closed forms, and tables that are hard to count. */
import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import { profileTable } from "../../src/table/profile.ts"
import { type ColumnProfile, type Profile, profileSchema } from "../../src/table/profile-schema.ts"
import { importText } from "./job-folder.ts"
import { storeQuery } from "./store-query.ts"

async function profileQuery(t: TestContext, query: string): Promise<Profile> {
  const profile = await profileTable(await storeQuery(t, query))
  // Whatever was counted, it goes through JSON unchanged.
  assert.deepEqual(profileSchema.parse(JSON.parse(JSON.stringify(profile))), profile)
  return profile
}

function columnOf(profile: Profile, name: string): ColumnProfile {
  const found = profile.columns.find((column) => column.name === name)
  assert.ok(found)
  return found
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

test("numbers: count, moments, quantiles and histogram of 1 to 101", async (t) => {
  const profile = await profileQuery(t, "SELECT i / 1.0 AS x FROM range(1, 102) t(i) UNION ALL SELECT NULL")
  const x = columnOf(profile, "x")
  assert.deepEqual([profile.rowCount, x.type, x.missingCount, x.distinctCount], [102, "number", 1, 101])
  assert.deepEqual([x.min, x.max, x.mean], [1, 101, 51])
  // The variance of 1 to n with n - 1 below the line is n (n + 1) / 12.
  assert.ok(Math.abs((x.standardDeviation ?? 0) - Math.sqrt((101 * 102) / 12)) < 1e-9)
  assert.deepEqual(
    x.quantiles?.map(({ value }) => value),
    [2, 6, 26, 51, 76, 96, 100],
  )
  assert.equal(x.histogram?.edges.length, 31)
  assert.equal(sum(x.histogram?.counts ?? []), 101)
  assert.ok(x.histogram?.counts.every((count) => count === 3 || count === 4))
})

test("whole numbers of a small range get a bin each", async (t) => {
  const profile = await profileQuery(t, "SELECT unnest([3, 3, 5, 6, 6, 6])::BIGINT AS n")
  const n = columnOf(profile, "n")
  assert.deepEqual(n.histogram, { edges: [3, 4, 5, 6, 7], counts: [2, 0, 1, 3] })
  assert.deepEqual(n.top, [
    { value: 6, count: 3 },
    { value: 3, count: 2 },
    { value: 5, count: 1 },
  ])
})

test("texts, booleans and dates of a real import", async (t) => {
  const imported = await importText(
    t,
    "s,b,d\nlong word,yes,2026-01-05\nab,no,2026-01-05\nab,yes,\n,yes,2026-01-07\n",
  )
  const profile = await profileTable({ path: imported.parquetPath, folder: imported.folder })
  const [s, b, d] = profile.columns
  assert.deepEqual([s?.missingCount, s?.distinctCount, s?.mean, s?.histogram], [1, 2, null, null])
  assert.ok(Math.abs((s?.meanLength ?? 0) - 13 / 3) < 1e-12)
  assert.deepEqual(s?.top, [
    { value: "ab", count: 2 },
    { value: "long word", count: 1 },
  ])
  assert.deepEqual(b?.top, [
    { value: true, count: 3 },
    { value: false, count: 1 },
  ])
  assert.deepEqual([d?.missingCount, d?.min, d?.max], [1, 1_767_571_200, 1_767_744_000])
  assert.deepEqual(d?.top[0], { value: "2026-01-05", count: 2 })
})

test("constants, identifiers and duplicate rows are flagged", async (t) => {
  const profile = await profileQuery(
    t,
    "SELECT i AS id, 'k' || i AS key, 7 AS same, NULL::VARCHAR AS none, CASE WHEN i > 3 THEN 1 END AS mostly, (i * 1.5)::DOUBLE AS measure FROM range(10) t(i)",
  )
  const flagged = (flag: "isConstant" | "isIdentifier") =>
    profile.columns.filter((column) => column[flag]).map(({ name }) => name)
  assert.deepEqual(flagged("isIdentifier"), ["id", "key"])
  assert.deepEqual(flagged("isConstant"), ["same", "none"])
  assert.equal(profile.duplicateRowCount, 0)
  const doubled = await profileQuery(
    t,
    "SELECT i % 4 AS a, CASE WHEN i % 2 = 0 THEN 'x' END AS b FROM range(10) t(i)",
  )
  assert.equal(doubled.duplicateRowCount, 6)
})

test("numbers that float32 merges are counted: 100 ids at 1e8 become 13", async (t) => {
  const profile = await profileQuery(
    t,
    "SELECT 100000000 + i AS id, i / 8 AS exact, 'x' AS s FROM range(100) t(i)",
  )
  const expected = new Set(Array.from({ length: 100 }, (_, index) => Math.fround(1e8 + index))).size
  assert.equal(expected, 13)
  assert.equal(columnOf(profile, "id").float32MergedShare, 1 - expected / 100)
  assert.equal(columnOf(profile, "exact").float32MergedShare, 0)
  assert.equal(columnOf(profile, "s").float32MergedShare, null)
})

test("identifiers of many rows are certain, and merging is estimated on a sample that is fair", async (t) => {
  const profile = await profileQuery(
    t,
    "SELECT i AS id, CASE WHEN i = 7 THEN 8 ELSE i END AS nearly, i % 5000 AS remainder, 100000000 + i AS far FROM range(200000) t(i)",
  )
  const [id, nearly, remainder, far] = profile.columns
  assert.deepEqual([id?.isIdentifier, id?.distinctCount], [true, 200_000])
  assert.deepEqual([nearly?.isIdentifier, nearly?.distinctCount], [false, 199_999])
  assert.equal(remainder?.distinctCount, 5_000)
  // Of neighbours at 1e8 float32 keeps every eighth.
  assert.ok(Math.abs((far?.float32MergedShare ?? 0) - 7 / 8) < 0.01)
})

test("NaN of a foreign file is missing", async (t) => {
  const profile = await profileQuery(t, "SELECT unnest([1.0, 2.0, 'NaN'::DOUBLE, NULL]) AS x")
  const x = columnOf(profile, "x")
  assert.deepEqual([x.missingCount, x.distinctCount, x.max, x.mean], [2, 2, 2, 1.5])
})

test("the ends of float64 and of int64 do not break a profile", async (t) => {
  const profile = await profileQuery(
    t,
    "SELECT unnest([1.7e308, -1.7e308, 0, 1e-300])::DOUBLE AS x, unnest([9223372036854775807, -9223372036854775808, 0, 1])::BIGINT AS i",
  )
  const x = columnOf(profile, "x")
  assert.deepEqual([x.min, x.max, sum(x.histogram?.counts ?? [])], [-1.7e308, 1.7e308, 4])
  const i = columnOf(profile, "i")
  assert.equal(sum(i.histogram?.counts ?? []), 4)
  assert.ok(i.top.some(({ value }) => value === "9223372036854775807"))
})

test("a table without rows, long texts and hostile names have profiles", async (t) => {
  const empty = await profileQuery(t, "SELECT 1 AS a, 'x' AS b WHERE false")
  assert.deepEqual([empty.rowCount, empty.columns.length, empty.columns[0]?.histogram], [0, 2, null])
  const odd = await profileQuery(t, `SELECT repeat('é', 1000) AS "a""b'; --", 2 AS "select"`)
  assert.deepEqual(odd.columns[0]?.top, [{ value: "é".repeat(200), count: 1 }])
})

test("progress ends at 1", async (t) => {
  const shares: number[] = []
  const columns = Array.from({ length: 90 }, (_, index) => `${index} AS c${index}`)
  const stored = await storeQuery(t, `SELECT ${columns.join(", ")}`)
  const profile = await profileTable({ ...stored, onProgress: (share) => shares.push(share) })
  assert.equal(profile.columns.length, 90)
  assert.equal(shares.at(-1), 1)
  assert.equal(shares.length, 3)
})
