/** @file Cleaning: the same result wherever the bytes are cut, and a strict file whatever went in. */
import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { type TestContext, test } from "node:test"

import fc from "fast-check"

import { type CleanResult, cleanCsv } from "../../src/table/csv-clean.ts"
import type { Dialect } from "../../src/table/csv-sniff.ts"
import { jobFolder } from "./job-folder.ts"

const dialect: Dialect = { delimiter: ",", decimal: ".", hasHeader: true, newline: 10, skipBytes: 0 }

type Cleaned = CleanResult & { readonly text: string }

async function clean(
  folder: string,
  pieces: readonly Buffer[],
  chosen: Partial<Dialect> = {},
): Promise<Cleaned> {
  const targetPath = join(folder, "clean.csv")
  const result = await cleanCsv({
    pieces: asyncPieces(pieces),
    dialect: { ...dialect, ...chosen },
    columnCount: 2,
    targetPath,
    rejectedRowsListedMax: 100,
    onBytes: () => undefined,
  })
  return { ...result, text: await readFile(targetPath, "utf8") }
}

async function* asyncPieces(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces
}

function cleanText(t: TestContext, text: string, chosen: Partial<Dialect> = {}): Promise<Cleaned> {
  return jobFolder(t).then((folder) => clean(folder, [Buffer.from(text)], chosen))
}

test("each good record becomes one strict line that begins with its line number", async (t) => {
  const cleaned = await cleanText(t, 'a,b\n1,x\n\n2,"y ""z"""\r\n3,"two\nlines"\n4,5" wide\n5,z')
  assert.equal(cleaned.text, '2,1,x\n4,2,"y ""z"""\n5,3,"two\nlines"\n7,4,"5"" wide"\n8,5,z\n')
  assert.deepEqual([cleaned.rowCount, cleaned.rejectedCount], [5, 0])
})

test("a first line of Excel is passed over, but counted", async (t) => {
  const cleaned = await cleanText(t, "sep=,\na,b\n1,x\n", { skipBytes: 6 })
  assert.equal(cleaned.text, "3,1,x\n")
})

test("without a header the first record is a row", async (t) => {
  const cleaned = await cleanText(t, "1,x\n", { hasHeader: false })
  assert.equal(cleaned.text, "1,1,x\n")
})

test("where lines end with a carriage return, a line feed within a cell is quoted", async (t) => {
  const cleaned = await cleanText(t, "a,b\r1,x\ny\r2,z\r", { newline: 13 })
  assert.equal(cleaned.text, '2,1,"x\ny"\n3,2,z\n')
})

test("the result does not depend on where the bytes are cut", async (t) => {
  const folder = await jobFolder(t)
  const soup = fc.string({
    unit: fc.constantFrom(
      "a",
      "é",
      "北",
      ",",
      ",",
      '"',
      '""',
      "\n",
      "\n",
      "\r\n",
      "\r",
      " ",
      '"\n',
      ',"',
      '",',
    ),
    maxLength: 80,
  })
  const cuts = fc.array(fc.nat(120), { maxLength: 12 })
  for (const newline of [10, 13] as const) {
    await fc.assert(
      fc.asyncProperty(soup, cuts, async (text, positions) => {
        const bytes = Buffer.from(text)
        const whole = await clean(folder, [bytes], { newline })
        assert.deepEqual(await clean(folder, cut(bytes, positions), { newline }), whole)
      }),
      { numRuns: 300 },
    )
  }
})

function cut(bytes: Buffer, positions: readonly number[]): Buffer[] {
  const ordered = [0, ...positions.map((at) => Math.min(at, bytes.length)), bytes.length]
  ordered.sort((left, right) => left - right)
  return ordered.slice(1).map((end, index) => bytes.subarray(ordered[index], end))
}
