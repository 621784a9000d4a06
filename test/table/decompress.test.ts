/** @file Uploads as they come: compressed, broken, bombs, and things that are no CSV. */
import assert from "node:assert/strict"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { gzipSync, zstdCompressSync } from "node:zlib"

import { defaultLimits, type Limits } from "../../src/base/limits.ts"
import { decompressUpload } from "../../src/table/decompress.ts"
import { hasCode, jobFolder } from "./job-folder.ts"

const csv = "a,b\n1,x\n2,y\n"

async function decompress(t: TestContext, content: string | Uint8Array, limits: Partial<Limits> = {}) {
  const folder = await jobFolder(t)
  const sourcePath = join(folder, "upload")
  await writeFile(sourcePath, content)
  return decompressUpload({ sourcePath, folder, limits: { ...defaultLimits, ...limits } })
}

for (const [compression, content] of [
  ["none", Buffer.from(csv)],
  ["gzip", gzipSync(csv)],
  ["zstd", zstdCompressSync(csv)],
] as const) {
  test(`an upload with compression ${compression} comes out plain`, async (t) => {
    const plain = await decompress(t, content)
    assert.equal(plain.compression, compression)
    assert.equal(plain.byteLength, csv.length)
    assert.equal(await readFile(plain.path, "utf8"), csv)
  })
}

test("gzip files one after the other come out as one", async (t) => {
  const plain = await decompress(t, Buffer.concat([gzipSync("a,b\n1,x\n"), gzipSync("2,y\n")]))
  assert.equal(await readFile(plain.path, "utf8"), csv)
})

test("an upload larger than the limit is refused, compressed or not", async (t) => {
  const rows = csv.repeat(1_000)
  for (const content of [rows, gzipSync(rows), zstdCompressSync(rows)]) {
    await assert.rejects(
      decompress(t, content, { uploadBytesMax: 1_000 }),
      hasCode("UPLOAD_TOO_LARGE", /1000 bytes/),
    )
  }
})

test("a bomb is refused before it fills the disk", async (t) => {
  const bomb = Buffer.alloc(64 * 1024 * 1024, "a,b\n")
  for (const content of [gzipSync(bomb), zstdCompressSync(bomb)]) {
    await assert.rejects(decompress(t, content), hasCode("UPLOAD_BOMB", /200 times/))
  }
})

test("a cut-off or damaged upload is refused with its compression", async (t) => {
  const rows = Array.from({ length: 2_000 }, (_, row) => `${row},${row * 7919}\n`).join("")
  const damaged = Buffer.from(gzipSync(rows))
  damaged.fill(0xaa, 2_000, 2_100)
  for (const content of [gzipSync(rows).subarray(0, 3_000), damaged]) {
    await assert.rejects(decompress(t, content), hasCode("UPLOAD_CORRUPT", /is gzip/))
  }
  await assert.rejects(
    decompress(t, zstdCompressSync(rows).subarray(0, 3_000)),
    hasCode("UPLOAD_CORRUPT", /is zstd/),
  )
})

for (const [seems, content] of [
  [
    "an Excel workbook",
    Buffer.from("PK\x03\x04\x14\0\0\0....[Content_Types].xml....xl/workbook.xml", "latin1"),
  ],
  ["a ZIP archive", Buffer.from("PK\x03\x04\x14\0\0\0....data.csv", "latin1")],
  ["a Parquet file", Buffer.from("PAR1\x15\x04\0\0", "latin1")],
  ["a PDF document", "%PDF-1.7\n%\n"],
  ["an old Excel", Buffer.from("d0cf11e0a1b11ae1000000", "hex")],
  ["an SQLite database", "SQLite format 3\0more"],
  ["a PNG image", Buffer.from("\x89PNG\r\n\x1a\n", "latin1")],
  ["JSON", ' [ {"a": 1} ]'],
  ["JSON", '{"a": 1}\n{"a": 2}\n'],
  ["a web page", "<!DOCTYPE html>\n<html></html>"],
  ["XML", '<?xml version="1.0"?><a/>'],
  ["binary data", Buffer.from(Array.from({ length: 4_000 }, (_, index) => (index * 7919) % 251))],
] as const) {
  test(`an upload that is ${seems} says so`, async (t) => {
    await assert.rejects(decompress(t, content), hasCode("UPLOAD_NOT_CSV", new RegExp(seems)))
    await assert.rejects(decompress(t, gzipSync(content)), hasCode("UPLOAD_NOT_CSV", new RegExp(seems)))
  })
}
