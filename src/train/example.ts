/** @file A real row of the test part as people would send it, with its true answer. */
import assert from "node:assert"

import type { Cell, Signature } from "../prepare/signature.ts"
import { booleanMissing, columnOf, type Table, type TableColumn } from "../table/table.ts"
import type { TrainingReport } from "./report.ts"

export function exampleOf(options: {
  readonly table: Table
  readonly signature: Signature
  readonly target: string
  readonly row: number
}): TrainingReport["example"] {
  const { table, signature, target, row } = options
  const cell = (name: string) => {
    const column = columnOf(table, name)
    assert(column !== undefined)
    return cellAt(column, row)
  }
  const cells = signature.columns.map(({ name }) => [name, cell(name)] as const)
  return { row: Object.fromEntries(cells), answer: cell(target) }
}

/** A cell as JSON carries it: dates and times as RFC 3339 texts in UTC. */
export function cellAt(column: TableColumn, row: number): Cell {
  const value = column.values[row] ?? null
  if (column.type === "text") return column.values[row] ?? null
  if (column.type === "boolean") return value === booleanMissing || value === null ? null : value === 1
  if (typeof value !== "number" || Number.isNaN(value)) return null
  if (column.type === "date") return new Date(value * 1_000).toISOString().slice(0, 10)
  if (column.type === "timestamp") return new Date(value * 1_000).toISOString().replace(".000Z", "Z")
  return value
}
