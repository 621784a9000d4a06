/** @file Which side of a split a row is on: a function of a seed and the row's own hash, so that appended rows move none and equal rows stay together. */
// biome-ignore-all lint/style/noNonNullAssertion: kernels over typed arrays whose bounds are the loops' own
import assert from "node:assert"

import { columnOf, type Table, type TableColumn } from "../table/table.ts"
import { canonicalCategory, secondsPerDay } from "./cells.ts"
import { allRows, numberAt } from "./pack-table.ts"
import type { PackedRows } from "./signature.ts"

/** 64 bits a row in two lanes: one mixed as MurmurHash3 (x86, 32 bits) mixes words, one as xxHash32 does. */
export type RowHashes = { readonly first: Uint32Array; readonly second: Uint32Array }

/** Equal packed rows have equal hashes; -0 is 0, every NaN is one NaN, float64 counts as float32 (what nearly equals stays together). */
export function hashPackedRows(packed: PackedRows): RowHashes {
  const hashes = emptyHashes(packed.rowCount)
  for (const numbers of [packed.numeric, packed.numeric64]) {
    if (numbers === null) continue
    const width = packed.rowCount === 0 ? 0 : numbers.length / packed.rowCount
    for (let row = 0; row < packed.rowCount; row += 1)
      for (let column = 0; column < width; column += 1) mixNumber(hashes, row, numbers[row * width + column]!)
  }
  const { text } = packed
  if (text !== null && packed.rowCount > 0) {
    const width = text.length / packed.rowCount
    for (let at = 0; at < text.length; at += 1) mixText(hashes, Math.floor(at / width), text[at]!)
  }
  return hashes
}

/**
 * Hashes of raw columns, for splits before there is a signature (pass the columns that may be learned from) and for group keys (pass
 * theirs). Numbers count as float32, times as day and second, texts in canonical form.
 */
export function hashColumns(table: Table, names: readonly string[], rows?: Uint32Array): RowHashes {
  const chosen = rows ?? allRows(table)
  const hashes = emptyHashes(chosen.length)
  for (const name of names) {
    const column = columnOf(table, name)
    assert(column !== undefined, `the table has no column ${name}`)
    mixColumn(hashes, column, chosen)
  }
  return hashes
}

/** Index of the share that each row falls to; `shares` add up to 1. */
export function assignSides(options: {
  readonly hashes: RowHashes
  readonly seed: number
  readonly shares: readonly number[]
}): Uint8Array {
  const { hashes, seed, shares } = options
  assert(shares.length > 0 && shares.length <= 256)
  assert(shares.every((share) => share >= 0))
  assert(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9, "the shares add up to 1")
  const sides = new Uint8Array(hashes.first.length)
  for (let row = 0; row < sides.length; row += 1) {
    const point = pointOf(hashes, row, { seed, salt: sideSalt })
    let side = 0
    let bound = shares[0]!
    while (point >= bound && side < shares.length - 1) {
      side += 1
      bound += shares[side]!
    }
    sides[row] = side
  }
  return sides
}

/** A fold 0 to `folds` - 1 a row, independent of the sides of the same seed. */
export function assignFolds(options: {
  readonly hashes: RowHashes
  readonly seed: number
  readonly folds: number
}): Uint8Array {
  const { hashes, seed, folds } = options
  assert(Number.isInteger(folds) && folds >= 2 && folds <= 256)
  return Uint8Array.from(hashes.first, (_, row) =>
    Math.floor(pointOf(hashes, row, { seed, salt: foldSalt }) * folds),
  )
}

/** The rows of one side, ascending; of `rows` when `sides` belongs to a subset of a table. */
export function rowsOfSide(sides: Uint8Array, side: number, rows?: Uint32Array): Uint32Array {
  const chosen: number[] = []
  for (let at = 0; at < sides.length; at += 1) if (sides[at] === side) chosen.push(rows?.[at] ?? at)
  return Uint32Array.from(chosen)
}

const sideSalt = 0x5349_4445
const foldSalt = 0x464f_4c44

/** `scratch` turns a number into the bits of its float32. */
type Lanes = RowHashes & { readonly scratch: DataView }

function emptyHashes(rowCount: number): Lanes {
  return {
    scratch: new DataView(new ArrayBuffer(4)),
    first: new Uint32Array(rowCount).fill(0x9747_b28c),
    second: new Uint32Array(rowCount).fill(0x2545_f491),
  }
}

function mixColumn(hashes: Lanes, column: TableColumn, rows: Uint32Array): void {
  if (column.type === "text") {
    for (let at = 0; at < rows.length; at += 1)
      mixText(hashes, at, canonicalCategory(column.values[rows[at]!] ?? ""))
    return
  }
  const isTime = column.type === "date" || column.type === "timestamp"
  for (let at = 0; at < rows.length; at += 1) {
    const value = numberAt(column, rows[at]!)
    if (!isTime) {
      mixNumber(hashes, at, value)
      continue
    }
    const seconds = Math.floor(value)
    const days = Math.floor(seconds / secondsPerDay)
    mixNumber(hashes, at, days)
    mixNumber(hashes, at, seconds - days * secondsPerDay)
  }
}

/** Adding 0 turns -0 into 0. */
function mixNumber(lanes: Lanes, row: number, value: number): void {
  lanes.scratch.setFloat32(0, value + 0)
  mixWord(lanes, row, Number.isNaN(value) ? 0x7fc0_0000 : lanes.scratch.getUint32(0))
}

/** UTF-16 code units, then their number, so that no two lists of texts run into each other. */
function mixText(hashes: RowHashes, row: number, text: string): void {
  for (let at = 0; at < text.length; at += 1) mixWord(hashes, row, text.charCodeAt(at))
  mixWord(hashes, row, text.length ^ 0x5445_5854)
}

function mixWord({ first, second }: RowHashes, row: number, word: number): void {
  let mixed = Math.imul(word, 0xcc9e_2d51)
  mixed = Math.imul(rotateLeft(mixed, 15), 0x1b87_3593)
  first[row] = Math.imul(rotateLeft(first[row]! ^ mixed, 13), 5) + 0xe654_6b64
  second[row] = Math.imul(rotateLeft(second[row]! + Math.imul(word, 0x85eb_ca77), 13), 0x9e37_79b1)
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

/** A point of [0, 1) with 53 bits from both lanes, the seed (53 bits) and a salt for the use. */
function pointOf(
  { first, second }: RowHashes,
  row: number,
  { seed, salt }: { readonly seed: number; readonly salt: number },
): number {
  const seeded = finish(finish(seed >>> 0) ^ Math.floor(seed / 2 ** 32) ^ salt)
  const high = finish(first[row]! ^ seeded)
  const low = finish((second[row]! ^ Math.imul(high, 0x9e37_79b1)) + seeded)
  // The second lane decides as well: rows that collide in one lane still part.
  const mixed = finish(high ^ low)
  return ((mixed >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53
}

/** MurmurHash3's finaliser: every bit of the word reaches every bit of the result. */
function finish(word: number): number {
  let mixed = word
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
