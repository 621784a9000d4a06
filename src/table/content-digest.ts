/** @file The digest of a table's content: equal for equal cells whatever file holds them; docs/content-digest.md is the standard. */
import { createHash, type Hash } from "node:crypto"

import type { DuckDBVector } from "@duckdb/node-api"

import { sqlName } from "./duckdb.ts"
import { describe, parquetRelation, withSandbox } from "./read-table.ts"
import type { ColumnSchema, ColumnType } from "./table.ts"

export type ContentDigestOptions = {
  /** The Parquet file, inside the folder. */
  readonly path: string
  readonly folder: string
  readonly memoryBytes?: number | undefined
  readonly threads?: number | undefined
  /** Called with the rows that are done. */
  readonly onRows?: ((rowCount: number) => void) | undefined
}

/** SHA-256 of schema and cells in lower-case hexadecimal, 64 digits. Throws PARQUET_UNREADABLE. */
export async function contentDigest(options: ContentDigestOptions): Promise<string> {
  return withSandbox(options, async (sandbox) => {
    const { schema, rowCount } = await describe(sandbox, options.path)
    const hashes = schema.map(() => createHash("sha256"))
    const scratch = new Scratch()
    const cells = schema.map(exactValue).join(", ")
    let done = 0
    for await (const chunk of sandbox.chunks(`SELECT ${cells} FROM ${parquetRelation(options.path)}`)) {
      for (const [index, { type }] of schema.entries()) {
        const hash = hashes[index]
        if (hash !== undefined) addCells(hash, scratch, type, chunk.getColumnVector(index), chunk.rowCount)
      }
      done += chunk.rowCount
      options.onRows?.(done)
    }
    return digestOfColumns(schema, rowCount, hashes)
  })
}

/** Names the encoding; a change of any rule below needs a new name. */
const encodingName = "quernstone-table-1\n"
const typeCodes: Readonly<Record<ColumnType, number>> = {
  integer: 1,
  number: 2,
  boolean: 3,
  date: 4,
  timestamp: 5,
  text: 6,
}
const missingLength = 0xffff_ffff
const booleanMissing = 2

/** SQL that gives a column in the one physical type that its cells are encoded from. */
function exactValue({ name, type }: ColumnSchema): string {
  const cell = sqlName(name)
  switch (type) {
    case "integer":
      return `${cell}::BIGINT`
    case "number":
      return `${cell}::DOUBLE`
    case "boolean":
      return cell
    case "date":
      return `(${cell} - DATE '1970-01-01')::BIGINT`
    case "timestamp":
      return `epoch_us(${cell}::TIMESTAMP)`
    case "text":
      return `${cell}::VARCHAR`
  }
}

function digestOfColumns(schema: readonly ColumnSchema[], rowCount: number, hashes: readonly Hash[]): string {
  const total = createHash("sha256").update(encodingName)
  const head = Buffer.alloc(12)
  head.writeBigUInt64LE(BigInt(rowCount), 0)
  head.writeUInt32LE(schema.length, 8)
  total.update(head)
  for (const [index, { name, type }] of schema.entries()) {
    const nameBytes = Buffer.from(name, "utf8")
    const column = Buffer.alloc(4 + nameBytes.length + 1)
    column.writeUInt32LE(nameBytes.length, 0)
    nameBytes.copy(column, 4)
    column.writeUInt8(typeCodes[type], 4 + nameBytes.length)
    total.update(column).update(hashes[index]?.digest() ?? "")
  }
  return total.digest("hex")
}

/** One buffer for all columns: a chunk of a column is encoded, hashed, and overwritten by the next. */
class Scratch {
  bytes: Buffer = Buffer.allocUnsafe(64 * 1024)
  length = 0

  reserve(byteCount: number): void {
    if (this.length + byteCount <= this.bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, this.length + byteCount))
    this.bytes.copy(larger, 0, 0, this.length)
    this.bytes = larger
  }
}

function addCells(
  hash: Hash,
  scratch: Scratch,
  type: ColumnType,
  vector: DuckDBVector,
  rowCount: number,
): void {
  scratch.length = 0
  if (type === "text") encodeTexts(scratch, vector, rowCount)
  else if (type === "number") encodeNumbers(scratch, vector, rowCount)
  else if (type === "boolean") encodeBooleans(scratch, vector, rowCount)
  else encodeIntegers(scratch, vector, rowCount)
  hash.update(scratch.bytes.subarray(0, scratch.length))
}

/** Length in bytes as uint32, then UTF-8. */
function encodeTexts(scratch: Scratch, vector: DuckDBVector, rowCount: number): void {
  for (let row = 0; row < rowCount; row++) {
    const value = vector.getItem(row)
    const text = typeof value === "string" ? value : ""
    // A UTF-16 unit is at most three bytes of UTF-8.
    scratch.reserve(4 + 3 * text.length)
    const start = scratch.length
    const byteCount = typeof value === "string" ? scratch.bytes.write(text, start + 4, "utf8") : 0
    scratch.bytes.writeUInt32LE(typeof value === "string" ? byteCount : missingLength, start)
    scratch.length = start + 4 + byteCount
  }
}

/** A byte 1 and a float64, or a byte 0; NaN is missing and -0 is 0, as everywhere in Quernstone. */
function encodeNumbers(scratch: Scratch, vector: DuckDBVector, rowCount: number): void {
  scratch.reserve(9 * rowCount)
  for (let row = 0; row < rowCount; row++) {
    const value = vector.getItem(row)
    const isThere = typeof value === "number" && !Number.isNaN(value)
    scratch.bytes[scratch.length++] = isThere ? 1 : 0
    if (!isThere) continue
    scratch.bytes.writeDoubleLE(value === 0 ? 0 : value, scratch.length)
    scratch.length += 8
  }
}

/** A byte 1 and an int64, or a byte 0. */
function encodeIntegers(scratch: Scratch, vector: DuckDBVector, rowCount: number): void {
  scratch.reserve(9 * rowCount)
  for (let row = 0; row < rowCount; row++) {
    const value = vector.getItem(row)
    const isThere = typeof value === "bigint"
    scratch.bytes[scratch.length++] = isThere ? 1 : 0
    if (!isThere) continue
    scratch.bytes.writeBigInt64LE(value, scratch.length)
    scratch.length += 8
  }
}

function encodeBooleans(scratch: Scratch, vector: DuckDBVector, rowCount: number): void {
  scratch.reserve(rowCount)
  for (let row = 0; row < rowCount; row++) {
    const value = vector.getItem(row)
    scratch.bytes[scratch.length++] = typeof value === "boolean" ? Number(value) : booleanMissing
  }
}
