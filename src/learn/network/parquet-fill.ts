/** @file From DuckDB's columns to the row-major arrays of a window; a kernel: all values of a training pass through it once an epoch. */
import assert from "node:assert"

import { DuckDBBigIntVector, type DuckDBDataChunk, DuckDBFloatVector } from "@duckdb/node-api"

import type { ColumnGroup, ReaderOptions, ReadOrder } from "./parquet-messages.ts"
import type { TrainingArray, TrainingWindow } from "./source.ts"

export type WindowFiller = {
  /** Appends the rows of a chunk; its columns are those of all groups in order, FLOAT or BIGINT. Returns the first value that is none, by column and row of the chunk. */
  readonly add: (chunk: DuckDBDataChunk) => WrongValue | null
  /** Once all rows have come. */
  readonly window: () => TrainingWindow
}

export type WrongValue = { readonly column: number; readonly row: number; readonly got: string }

export function createWindowFiller(
  { inputs, targets, weight }: Pick<ReaderOptions, "inputs" | "targets" | "weight">,
  room: { readonly rowCount: number } & Pick<ReadOrder, "capacityRows" | "spare">,
): WindowFiller {
  const { rowCount } = room
  const inputArrays = inputs.map((group, at) => arrayIn(group, room, at))
  const targetArrays = targets.map((group, at) => arrayIn(group, room, inputs.length + at))
  const arrays = [...inputArrays, ...targetArrays]
  const weights = weight === null ? null : new Float32Array(bufferFor(room, arrays.length, 4), 0, rowCount)
  if (weights !== null) arrays.push({ type: "float32", shape: [rowCount], data: weights })
  let filled = 0
  return {
    add: (chunk) => {
      assert(filled + chunk.rowCount <= rowCount)
      const wrong = addColumns(arrays, chunk, filled)
      filled += chunk.rowCount
      return wrong
    },
    window: () => {
      assert(filled === rowCount)
      return { rowCount, inputs: inputArrays, targets: targetArrays, weights }
    },
  }
}

type Room = Parameters<typeof createWindowFiller>[1]

function arrayIn({ columns, type, isFlat }: ColumnGroup, room: Room, place: number): TrainingArray {
  const { rowCount } = room
  const shape = isFlat ? [rowCount] : [rowCount, columns.length]
  const count = rowCount * columns.length
  return type === "int64"
    ? { type, shape, data: new BigInt64Array(bufferFor(room, place, 8 * columns.length), 0, count) }
    : { type, shape, data: new Float32Array(bufferFor(room, place, 4 * columns.length), 0, count) }
}

/** What it holds of an older window is overwritten by as many rows. */
function bufferFor({ rowCount, capacityRows, spare }: Room, place: number, rowBytes: number): ArrayBuffer {
  assert(rowCount <= capacityRows)
  const old = spare[place]
  assert(old === undefined || old.byteLength === capacityRows * rowBytes)
  return old ?? new ArrayBuffer(capacityRows * rowBytes)
}

function addColumns(
  arrays: readonly TrainingArray[],
  chunk: DuckDBDataChunk,
  row: number,
): WrongValue | null {
  let column = 0
  for (const array of arrays) {
    const width = array.shape[1] ?? 1
    for (let at = 0; at < width; at++) {
      const vector = chunk.getColumnVector(column)
      const place = { from: row * width + at, width }
      const wrong =
        array.type === "int64" ? addCodes(array.data, vector, place) : addNumbers(array.data, vector, place)
      if (wrong >= 0) return { column, row: wrong, got: wordFor(vector.getItem(wrong)) }
      column++
    }
  }
  return null
}

type Place = { readonly from: number; readonly width: number }

/** Index in the vector of the first value that is missing or not finite; -1 when there is none. */
function addNumbers(data: Float32Array, vector: unknown, { from, width }: Place): number {
  assert(vector instanceof DuckDBFloatVector)
  const count = vector.itemCount
  let sum = 0
  for (let index = 0, to = from; index < count; index++, to += width) {
    const value = vector.getItem(index) ?? Number.NaN
    data[to] = value
    // x - x is 0 for every finite x: no branch for each value.
    sum += value - value
  }
  if (sum === 0) return -1
  for (let index = 0; index < count; index++) if (!Number.isFinite(data[from + index * width])) return index
  return -1
}

/** Index in the vector of the first value that is missing; -1 when there is none. */
function addCodes(data: BigInt64Array, vector: unknown, { from, width }: Place): number {
  assert(vector instanceof DuckDBBigIntVector)
  const count = vector.itemCount
  for (let index = 0, to = from; index < count; index++, to += width) {
    const value = vector.getItem(index)
    if (value === null) return index
    data[to] = value
  }
  return -1
}

function wordFor(value: unknown): string {
  return value === null ? "no value that fits" : String(value)
}
