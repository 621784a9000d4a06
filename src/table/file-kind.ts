/** @file What a file is by its first bytes, to say it when something else was handed in as CSV. */
import { open } from "node:fs/promises"

import { fault } from "../base/errors.ts"

/** Throws UPLOAD_NOT_CSV with what the file seems to be. */
export async function refuseOtherThanText(path: string): Promise<void> {
  const seems = recogniseFile(await readHead(path, headBytes))
  if (seems !== null) throw fault("UPLOAD_NOT_CSV", { seems })
}

/** The first bytes of a file, fewer when it is shorter. */
export async function readHead(path: string, byteCount: number): Promise<Buffer> {
  const file = await open(path, "r")
  try {
    const buffer = Buffer.alloc(byteCount)
    let filled = 0
    while (filled < byteCount) {
      const { bytesRead } = await file.read(buffer, filled, byteCount - filled, filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return buffer.subarray(0, filled)
  } finally {
    await file.close()
  }
}

/** The kind of a file that is not delimited text, null when it may be. */
export function recogniseFile(head: Buffer): string | null {
  for (const [magic, seems] of magics) {
    if (head.subarray(0, magic.length).equals(Buffer.from(magic, "latin1"))) return seems
  }
  if (head.subarray(0, 4).equals(Buffer.from("PK\x03\x04", "latin1"))) return zipKind(head)
  if (head.subarray(257, 262).toString("latin1") === "ustar") return "a tar archive"
  const start = head
    .subarray(0, 512)
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .trimStart()
  if (/^(<!doctype html|<html|<head|<body)/i.test(start)) return "a web page (HTML)"
  if (/^<\?xml/i.test(start)) return "XML"
  if (/^(\[\s*[[{]|\{\s*")/.test(start)) return "JSON"
  return utf16Order(head) === null && hasManyControls(head) ? "binary data" : null
}

/** The byte order of UTF-16 text by its mark or by where its zero bytes are; null when it is not UTF-16. */
export function utf16Order(head: Buffer): "utf-16le" | "utf-16be" | null {
  if (head.length < 4) return null
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le"
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be"
  const zeros = [0, 0]
  for (let index = 0; index < head.length; index++) {
    if (head[index] === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1
  }
  const [even = 0, odd = 0] = zeros
  const half = head.length / 2
  if (odd > half * zeroShareMin && even < half * zeroShareOtherMax) return "utf-16le"
  if (even > half * zeroShareMin && odd < half * zeroShareOtherMax) return "utf-16be"
  return null
}

const headBytes = 65_536
// Commas, digits and line ends of a CSV have a zero byte each in UTF-16, even where all words are Chinese.
const zeroShareMin = 0.3
const zeroShareOtherMax = 0.05
const controlCountMin = 8
const controlShareMin = 0.05

const magics: readonly (readonly [string, string])[] = [
  ["PAR1", "a Parquet file"],
  ["%PDF", "a PDF document"],
  ["\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Word file (.xls, .doc)"],
  ["SQLite format 3\0", "an SQLite database"],
  ["ARROW1", "an Arrow file"],
  ["Obj\x01", "an Avro file"],
  ["ORC", "an ORC file"],
  ["\x89HDF", "an HDF5 file"],
  ["\x93NUMPY", "a NumPy array"],
  ["\x89PNG", "a PNG image"],
  ["\xff\xd8\xff", "a JPEG image"],
  ["GIF8", "a GIF image"],
  ["\x1f\x8b", "a gzip file"],
  ["\x28\xb5\x2f\xfd", "a zstd file"],
  ["BZh", "a bzip2 file"],
  ["\xfd7zXZ\0", "an xz file"],
  ["7z\xbc\xaf\x27\x1c", "a 7-Zip archive"],
  ["Rar!", "a RAR archive"],
  ["\x7fELF", "a program"],
]

function zipKind(head: Buffer): string {
  if (head.includes("xl/")) return "an Excel workbook (.xlsx)"
  if (head.includes("word/")) return "a Word document (.docx)"
  if (head.includes("opendocument.spreadsheet")) return "an OpenDocument spreadsheet (.ods)"
  return "a ZIP archive"
}

function hasManyControls(head: Buffer): boolean {
  let count = 0
  for (const byte of head) {
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0c && byte !== 0x0d) count++
  }
  return count >= controlCountMin && count > head.length * controlShareMin
}
