/** @file Windows from Parquet files: all rows, the same order each time, faults that name the place, and nothing left behind. */
import assert from "node:assert"
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type TestContext, test } from "node:test"

import { type ErrorCode, type Fault, isFault } from "../../../src/base/errors.ts"
import { type ParquetSourceOptions, parquetSource } from "../../../src/learn/network/parquet-source.ts"
import type { TrainingSource, TrainingWindow } from "../../../src/learn/network/source.ts"
import { allWindows, temporaryFolder, windowDigests, writeParquet } from "./parquet-files.ts"

const columns = { inputs: [{ columns: ["a", "b"] }], targets: [{ columns: ["y"] }] }

/** Row i of all: a = i, b = i / 2, code = i % 7, y = -i, w = i % 3. */
function rowsFrom(from: number, to: number): string {
  return `SELECT i::INTEGER AS a, (i / 2)::DOUBLE AS b, (i % 7)::TINYINT AS code, (-i)::DECIMAL(12, 1) AS y,
    (i % 3)::UTINYINT AS w, i % 2 = 0 AS even, 'text' AS words FROM range(${from}, ${to}) rows(i)`
}

async function twoFiles(t: TestContext): Promise<{ folder: string; paths: string[] }> {
  const folder = temporaryFolder(t)
  const paths = [join(folder, "first.parquet"), join(folder, "second.parquet")]
  await writeParquet([
    { path: paths[0] ?? "", select: rowsFrom(0, 30_000) },
    { path: paths[1] ?? "", select: rowsFrom(30_000, 50_000), rowGroupRows: 8192 },
  ])
  return { folder, paths }
}

async function open(t: TestContext, options: ParquetSourceOptions): Promise<TrainingSource> {
  const source = await parquetSource(options)
  t.after(() => source.close())
  return source
}

test("every row of all files comes once an epoch, in arrays as they were asked for", async (t) => {
  const { paths } = await twoFiles(t)
  const source = await open(t, {
    paths,
    inputs: [{ columns: ["a", "even", "b"] }, { columns: ["code"], type: "int64" }],
    targets: [{ columns: ["y"] }, { columns: "code", type: "int64" }],
    weight: "w",
    windowRows: 16_384,
  })
  assert.deepStrictEqual([source.rowCount, source.hasWeights], [50_000, true])
  const windows = await allWindows(source, 0, 0)
  const seen = new Uint8Array(50_000)
  for (const { inputs, targets, weights, rowCount } of windows) {
    assert(rowCount <= 16_384)
    const shapes = [...inputs, ...targets].map(({ shape }) => shape)
    assert.deepStrictEqual(shapes, [[rowCount, 3], [rowCount, 1], [rowCount, 1], [rowCount]])
    for (let row = 0; row < rowCount; row++) {
      const i = Number(inputs[0]?.data[row * 3])
      seen[i] = (seen[i] ?? 0) + 1
      const code = BigInt(i % 7)
      const got = [
        inputs[0]?.data[row * 3 + 1],
        inputs[0]?.data[row * 3 + 2],
        inputs[1]?.data[row],
        targets[0]?.data[row],
        targets[1]?.data[row],
        weights?.[row],
      ]
      assert.deepStrictEqual(got, [i % 2 === 0 ? 1 : 0, i / 2, code, i === 0 ? 0 : -i, code, i % 3])
    }
  }
  assert(seen.every((count) => count === 1))
})

test("a window mixes rows from far apart", async (t) => {
  const { paths } = await twoFiles(t)
  const source = await open(t, { paths, ...columns, windowRows: 16_384 })
  assert.deepStrictEqual([source.hasWeights, (await allWindows(source, 0, 0)).length > 3], [false, true])
  for (const { inputs, rowCount } of (await allWindows(source, 0, 0)).slice(0, -1)) {
    const rows = Array.from({ length: rowCount }, (_, row) => Number(inputs[0]?.data[row * 2]))
    assert(Math.max(...rows) - Math.min(...rows) > 20_000)
  }
})

test("the same arguments give the same rows in the same order, from the middle as well, and in a source opened anew", async (t) => {
  const { paths } = await twoFiles(t)
  const options = { paths, ...columns, windowRows: 16_384, seed: 7 }
  const source = await open(t, options)
  const first = await windowDigests(source, 3, 0)
  assert.deepStrictEqual(await windowDigests(source, 3, 0), first)
  assert.deepStrictEqual(await windowDigests(source, 3, 2), first.slice(2))
  assert.deepStrictEqual(await windowDigests(source, 3, first.length), [])
  const other = await open(t, { ...options, prefetch: 3 })
  assert.deepStrictEqual(await windowDigests(other, 3, 0), first)
  assert.strictEqual(other.fingerprint, source.fingerprint)
  assert.notDeepStrictEqual(await windowDigests(source, 4, 0), first)
  const reseeded = await open(t, { ...options, seed: 8 })
  assert.notDeepStrictEqual(await windowDigests(reseeded, 3, 0), first)
  assert.notStrictEqual(reseeded.fingerprint, source.fingerprint)
})

test("two readings of one source at once do not disturb each other", async (t) => {
  const { paths } = await twoFiles(t)
  const source = await open(t, { paths, ...columns, windowRows: 16_384 })
  const alone = await windowDigests(source, 1, 0)
  const both = await Promise.all([windowDigests(source, 1, 0), windowDigests(source, 2, 0)])
  assert.deepStrictEqual(both[0], alone)
  assert.deepStrictEqual(both[1], await windowDigests(source, 2, 0))
})

test("a path is a file's name, whatever a pattern, a partition or SQL would read in it", async (t) => {
  const folder = join(temporaryFolder(t), "a=9", "o'clock [1] 数据 *?")
  mkdirSync(folder, { recursive: true })
  const path = join(folder, "[ab]*.parquet")
  await writeParquet([
    { path, select: rowsFrom(0, 100) },
    { path: join(folder, "ab.parquet"), select: rowsFrom(500, 600) },
  ])
  const source = await open(t, { paths: [path], ...columns })
  const [window] = await allWindows(source, 0, 0)
  assert.strictEqual(window?.rowCount, 100)
  assert.deepStrictEqual(firstInputs(window, 4), [0, 0, 1, 0.5])
})

test("what cannot be read is refused by its name when it is opened", async (t) => {
  const { folder, paths } = await twoFiles(t)
  const at = (name: string) => join(folder, name)
  await writeParquet([
    { path: at("no rows.parquet"), select: rowsFrom(0, 0) },
    { path: at("other.parquet"), select: "SELECT 1 AS a, 2 AS y" },
  ])
  writeFileSync(at("empty.parquet"), "")
  writeFileSync(at("table.csv"), "a,b,y\n1,2,3\n".repeat(100))
  for (const name of ["none.parquet", "no rows.parquet", "empty.parquet", "table.csv"]) {
    const error = await refusal({ paths: [...paths, at(name)], ...columns }, "PARQUET_FILE")
    assert.strictEqual(error.parameters.path, at(name))
    assert(!error.message.includes("quernstone-parquet-"), error.message)
  }
  const missing = await refusal({ paths: [...paths, at("other.parquet")], ...columns }, "PARQUET_COLUMN")
  assert.deepStrictEqual([missing.parameters.path, missing.parameters.column], [at("other.parquet"), "b"])
  for (const group of [
    { columns: ["a", "words"] },
    { columns: "b", type: "int64" as const },
    { columns: ["A"] },
  ])
    await refusal({ paths, inputs: [group], targets: columns.targets }, "PARQUET_COLUMN")
  await refusal({ paths, ...columns, weight: "weight" }, "PARQUET_COLUMN")
})

test("settings that make no sense are refused", async (t) => {
  const { paths } = await twoFiles(t)
  for (const wrong of [
    { paths: [] },
    { inputs: [] },
    { targets: [{ columns: [] }] },
    { windowRows: 7 },
    { windowRows: 1e5 + 0.5 },
    { prefetch: 0 },
    { memoryBytesMax: Number.NaN },
  ])
    await refusal({ paths, ...columns, ...wrong }, "NETWORK_SETTING")
})

test("a memory limit below what a row group takes is told, with the setting's name", async (t) => {
  const path = join(temporaryFolder(t), "wide.parquet")
  const wide = Array.from({ length: 60 }, (_, column) => `hash(i * 60 + ${column})::DOUBLE AS c${column}`)
  await writeParquet([
    { path, select: `SELECT ${wide.join(", ")} FROM range(50000) rows(i)`, rowGroupRows: 50_000 },
  ])
  const names = wide.map((_, column) => `c${column}`)
  const source = await open(t, {
    paths: [path],
    inputs: [{ columns: names }],
    targets: [{ columns: "c0" }],
    memoryBytesMax: 4 * 2 ** 20,
  })
  const error = await failureOf(allWindows(source, 0, 0), "NETWORK_SETTING")
  assert.strictEqual(error.parameters.name, "memoryBytesMax")
})

test("missing and endless values are told by file, column and row", async (t) => {
  const folder = temporaryFolder(t)
  const cases = [
    { value: "NULL", column: "b", type: "float32", kind: "DOUBLE" },
    { value: "'NaN'::DOUBLE", column: "b", type: "float32", kind: "DOUBLE" },
    { value: "'-Infinity'::DOUBLE", column: "b", type: "float32", kind: "DOUBLE" },
    { value: "1e300", column: "b", type: "float32", kind: "DOUBLE" },
    { value: "NULL", column: "code", type: "int64", kind: "UBIGINT" },
    { value: "12345678901234567890::HUGEINT::UBIGINT", column: "code", type: "int64", kind: "UBIGINT" },
  ] as const
  for (const [index, { value, column, type, kind }] of cases.entries()) {
    const path = join(folder, `${index}.parquet`)
    const select = `SELECT * REPLACE (CASE WHEN a = 7777 THEN ${value} ELSE ${column}::${kind} END AS ${column}) FROM (${rowsFrom(0, 20_000)})`
    await writeParquet([{ path, select }])
    const source = await open(t, {
      paths: [path],
      inputs: [{ columns: ["a"] }, { columns: [column], type }],
      targets: columns.targets,
    })
    const { parameters } = await failureOf(allWindows(source, 0, 0), "PARQUET_VALUE")
    assert.deepStrictEqual([parameters.path, parameters.column, parameters.row], [path, column, 7777])
  }
})

test("a file that changes or vanishes ends the reading, and the next one as well", async (t) => {
  const { paths } = await twoFiles(t)
  const [first = "", second = ""] = paths
  const source = await open(t, { paths, ...columns, windowRows: 8192 })
  await allWindows(source, 0, 0)
  await writeParquet([{ path: second, select: rowsFrom(30_000, 50_000), rowGroupRows: 8192 }])
  for (const epoch of [0, 1]) {
    const error = await failureOf(allWindows(source, epoch, 0), "PARQUET_CHANGED")
    assert.strictEqual(error.parameters.path, second)
  }
  const again = await open(t, { paths, ...columns, windowRows: 8192 })
  assert.notStrictEqual(again.fingerprint, source.fingerprint)
  rmSync(first)
  const error = await failureOf(allWindows(again, 0, 0), "PARQUET_CHANGED")
  assert.strictEqual(error.parameters.path, first)
})

test("a source closed in the middle of an epoch leaves no thread, no folder and no promise behind", async (t) => {
  const { folder, paths } = await twoFiles(t)
  const temporary = join(folder, "temporary")
  mkdirSync(temporary)
  const before = process.env.TMPDIR
  process.env.TMPDIR = temporary
  t.after(() => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  })
  const source = await parquetSource({ paths, ...columns, windowRows: 8192, prefetch: 3 })
  assert.strictEqual(readdirSync(temporary).length, 1)
  const windows = source.windows(0, 0)[Symbol.asyncIterator]()
  await windows.next()
  const pending = [windows.next(), windows.next(), windows.next(), windows.next()]
  const closed = source.close()
  // Windows that were ready, or faults: none hangs.
  await Promise.allSettled(pending)
  await closed
  await source.close()
  assert.deepStrictEqual(readdirSync(temporary), [])
  await failureOf(allWindows(source, 0, 0), "NETWORK_DATA")
})

test("an epoch left early lets the next one begin at once", async (t) => {
  const { paths } = await twoFiles(t)
  const source = await open(t, { paths, ...columns, windowRows: 8192, prefetch: 3 })
  for (let epoch = 0; epoch < 5; epoch++)
    for await (const { rowCount } of source.windows(epoch, 0)) {
      assert(rowCount > 0)
      break
    }
  assert.strictEqual(
    (await allWindows(source, 0, 0)).reduce((sum, { rowCount }) => sum + rowCount, 0),
    50_000,
  )
})

test("the next epoch, of which the first windows are read already, is as it would be alone; so is any other", async (t) => {
  const { paths } = await twoFiles(t)
  const options = { paths, ...columns, windowRows: 16_384, prefetch: 2 }
  const alone = await open(t, options)
  const epochs = [
    await windowDigests(alone, 5, 0),
    await windowDigests(alone, 2, 0),
    await windowDigests(alone, 0, 0),
  ]
  const source = await open(t, options)
  await windowDigests(source, 1, 0)
  const after = [
    await windowDigests(source, 2, 0),
    await windowDigests(source, 5, 0),
    await windowDigests(source, 0, 0),
  ]
  assert.deepStrictEqual([after[1], after[0], after[2]], epochs)
  await windowDigests(source, 1, 2)
  assert.deepStrictEqual(await windowDigests(source, 2, 1), epochs[1]?.slice(1))
})

function firstInputs(window: TrainingWindow | undefined, count: number): number[] {
  return Array.from(window?.inputs[0]?.data.slice(0, count) ?? [], Number)
}

async function refusal(options: ParquetSourceOptions, code: ErrorCode): Promise<Fault> {
  return failureOf(parquetSource(options), code)
}

async function failureOf(promise: Promise<unknown>, code: ErrorCode): Promise<Fault> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  assert(isFault(error, code), String(error))
  return error
}
