/** @file Packs rows of a table for training: bit for bit what `compilePacker` makes of the same cells. */
import assert from "node:assert"

import { fault } from "../base/errors.ts"
import { booleanMissing, columnOf, type Table, type TableColumn } from "../table/table.ts"
import { canonicalCategory, hasNul, secondsPerDay, toFloat32 } from "./cells.ts"
import { inputWidths, type PackedRows, type Signature, type SignatureColumn } from "./signature.ts"

/**
 * Without `rows` all rows of the table. Throws NUMBER_INFINITE and TEXT_HAS_NUL with the row of the table; columns and types must be
 * those that the signature was fitted on.
 */
export function packTable(signature: Signature, table: Table, rows?: Uint32Array): PackedRows {
  const chosen = rows ?? allRows(table)
  const widths = inputWidths(signature)
  const numeric = new Float32Array(chosen.length * widths.numeric)
  const numeric64 = new Float64Array(chosen.length * widths.numeric64)
  const text = new Array<string>(chosen.length * widths.text).fill("")
  for (const column of signature.columns) {
    const source = columnOf(table, column.name)
    assert(source !== undefined, `the table has no column ${column.name}`)
    if (column.kind === "category") fillTexts(text, widths.text, column, source, chosen)
    else if (column.kind === "datetime") fillTimes(numeric, widths.numeric, column, source, chosen)
    else if (column.input === "numeric64") fillNumbers(numeric64, widths.numeric64, column, source, chosen)
    else fillNumbers(numeric, widths.numeric, column, source, chosen)
  }
  return {
    rowCount: chosen.length,
    numeric: widths.numeric === 0 ? null : numeric,
    numeric64: widths.numeric64 === 0 ? null : numeric64,
    text: widths.text === 0 ? null : text,
  }
}

export function allRows(table: Table): Uint32Array {
  return Uint32Array.from({ length: table.rowCount }, (_, row) => row)
}

/** The canonical category of one cell of a table; "" where it is missing. */
export function categoryAt(column: TableColumn, row: number): string {
  if (column.type === "text") {
    const value = column.values[row] ?? null
    return value === null ? "" : canonicalCategory(value)
  }
  const value = column.values[row] ?? Number.NaN
  if (column.type === "boolean") return value === booleanMissing ? "" : canonicalCategory(value === 1)
  return Number.isNaN(value) ? "" : canonicalCategory(value)
}

/** The number of one cell: booleans as 0 and 1, times as seconds; NaN where it is missing. */
export function numberAt(column: TableColumn, row: number): number {
  assert(column.type !== "text", `column ${column.name} holds texts`)
  const value = column.values[row] ?? Number.NaN
  return column.type === "boolean" && value === booleanMissing ? Number.NaN : value
}

function fillNumbers(
  target: Float32Array | Float64Array,
  width: number,
  { name, position }: SignatureColumn,
  source: TableColumn,
  rows: Uint32Array,
): void {
  const isDouble = target instanceof Float64Array
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] ?? 0
    const value = numberAt(source, row)
    if (Math.abs(value) === Number.POSITIVE_INFINITY) throw fault("NUMBER_INFINITE", { column: name, row })
    target[at * width + position] = isDouble ? value : toFloat32(value)
  }
}

function fillTimes(
  target: Float32Array,
  width: number,
  { position }: SignatureColumn,
  source: TableColumn,
  rows: Uint32Array,
): void {
  for (let at = 0; at < rows.length; at += 1) {
    // A text of a time is packed to the whole second, so a table's time is as well.
    const seconds = Math.floor(numberAt(source, rows[at] ?? 0))
    const days = Math.floor(seconds / secondsPerDay)
    target[at * width + position] = days
    target[at * width + position + 1] = seconds - days * secondsPerDay
  }
}

function fillTexts(
  target: string[],
  width: number,
  { name, position }: SignatureColumn,
  source: TableColumn,
  rows: Uint32Array,
): void {
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] ?? 0
    const value = categoryAt(source, row)
    if (source.type !== "text" && Math.abs(numberAt(source, row)) === Number.POSITIVE_INFINITY)
      throw fault("NUMBER_INFINITE", { column: name, row })
    if (hasNul(value)) throw fault("TEXT_HAS_NUL", { column: name, row })
    target[at * width + position] = value
  }
}
