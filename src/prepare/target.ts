/** @file What is to be predicted: the task, the classes and the positive class of a target column, and its values as numbers. */
import assert from "node:assert"

import { fault } from "../base/errors.ts"
import { booleanMissing, columnOf, type Table, type TableColumn } from "../table/table.ts"
import { hasNul } from "./cells.ts"
import type { Signature, Task } from "./signature.ts"

export type Target =
  | {
      readonly name: string
      readonly task: "regression"
      readonly classes: null
      readonly positiveClass: null
    }
  | {
      readonly name: string
      readonly task: "binary" | "multiclass"
      /** All texts, or all whole numbers; ascending. */
      readonly classes: NonNullable<Signature["classes"]>
      /** Null unless the task is binary. */
      readonly positiveClass: string | number | null
    }

/** The values of the rows that have one; `rows` are their places in the table. */
export type EncodedTarget = {
  readonly target:
    | { readonly kind: "classes"; readonly values: Int32Array; readonly classCount: number }
    | { readonly kind: "number"; readonly values: Float64Array }
  readonly rows: Uint32Array
  readonly missingCount: number
}

export const classesMax = 100
export const classRowsMin = 5
/** More distinct whole numbers than this are a quantity. */
export const wholeNumberClassesMax = 20

/**
 * Text, boolean or two distinct values: classification; whole numbers with at most 20 distinct values of at least 5 rows each: multiclass;
 * else regression; `task` overrides. The positive class is true, 1, yes or positive, else the rarer. Throws TARGET_NOT_FOUND,
 * TARGET_EMPTY, TARGET_CONSTANT, TARGET_CLASSES_TOO_MANY, TARGET_CLASS_TOO_SMALL, TARGET_NOT_NUMBER, TARGET_NOT_CLASSES,
 * TARGET_NOT_BINARY, POSITIVE_CLASS_UNKNOWN, NUMBER_INFINITE, TEXT_HAS_NUL.
 */
export function inferTarget(
  table: Table,
  options: { readonly target: string; readonly task?: Task; readonly positiveClass?: string | number },
): Target {
  const name = options.target
  const column = targetColumn(table, name)
  if (column.type === "date" || column.type === "timestamp")
    throw fault("TARGET_NOT_CLASSES", { target: name })
  const counts = countValues(column)
  const [only] = counts.keys()
  if (only === undefined) throw fault("TARGET_EMPTY", { target: name })
  if (counts.size === 1) throw fault("TARGET_CONSTANT", { target: name, value: JSON.stringify(only) })
  const task = options.task ?? inferTask(column, counts)
  if (task === "regression") {
    if (column.type === "text" || column.type === "boolean")
      throw fault("TARGET_NOT_NUMBER", { target: name, type: column.type })
    return { name, task, classes: null, positiveClass: null }
  }
  checkClasses(name, counts)
  if (task === "binary" && counts.size > 2)
    throw fault("TARGET_NOT_BINARY", { target: name, classes: counts.size })
  const classes = classesOf(counts)
  if (counts.size > 2) return { name, task: "multiclass", classes, positiveClass: null }
  const positiveClass = choosePositive(name, { classes, counts, asked: options.positiveClass })
  return { name, task: "binary", classes, positiveClass }
}

/** Codes of classes in the order of `target.classes`, or numbers; rows without a value are left out and counted. */
export function encodeTarget(table: Table, target: Target): EncodedTarget {
  const column = targetColumn(table, target.name)
  const codes = new Map((target.classes ?? []).map((value, index) => [String(value), index]))
  const values: number[] = []
  const rows: number[] = []
  for (let row = 0; row < table.rowCount; row += 1) {
    const value = valueAt(column, row)
    if (value === null) continue
    const code = target.classes === null ? value : codes.get(String(value))
    assert(typeof code === "number", `${String(value)} is no class of ${target.name}`)
    values.push(code)
    rows.push(row)
  }
  return {
    target:
      target.classes === null
        ? { kind: "number", values: Float64Array.from(values) }
        : { kind: "classes", values: Int32Array.from(values), classCount: target.classes.length },
    rows: Uint32Array.from(rows),
    missingCount: table.rowCount - rows.length,
  }
}

const namesListedMax = 20

function targetColumn(table: Table, name: string): TableColumn {
  const column = columnOf(table, name)
  if (column !== undefined) return column
  const names = table.columns.map((other) => other.name)
  const listed = names.slice(0, namesListedMax).join(", ")
  const columns = names.length > namesListedMax ? `${listed}, …` : listed
  throw fault("TARGET_NOT_FOUND", { target: name, columns })
}

type Value = string | number
type Counts = ReadonlyMap<Value, number>

function countValues(column: TableColumn): Counts {
  const counts = new Map<Value, number>()
  for (let row = 0; row < column.values.length; row += 1) {
    const value = valueAt(column, row)
    if (value === null) continue
    if (typeof value === "number" && !Number.isFinite(value))
      throw fault("NUMBER_INFINITE", { column: column.name, row })
    if (typeof value === "string" && hasNul(value)) throw fault("TEXT_HAS_NUL", { column: column.name, row })
    counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return counts
}

/** Null where missing; booleans as texts; texts in NFC, so that one class is not two. */
function valueAt(column: TableColumn, row: number): Value | null {
  if (column.type === "text") {
    const value = column.values[row] ?? ""
    return value === "" ? null : value.normalize("NFC")
  }
  const value = column.values[row] ?? Number.NaN
  if (column.type === "boolean") return value === booleanMissing ? null : String(value === 1)
  // Adding 0 turns -0 into 0.
  return Number.isNaN(value) ? null : value + 0
}

function inferTask(column: TableColumn, counts: Counts): Task {
  if (counts.size === 2) return "binary"
  if (column.type === "text" || column.type === "boolean") return "multiclass"
  const areClasses =
    counts.size <= wholeNumberClassesMax &&
    [...counts].every(([value, rows]) => Number.isSafeInteger(value) && rows >= classRowsMin)
  return areClasses ? "multiclass" : "regression"
}

function checkClasses(target: string, counts: Counts): void {
  if (counts.size > classesMax)
    throw fault("TARGET_CLASSES_TOO_MANY", { target, classes: counts.size, limit: classesMax })
  for (const [value, rows] of counts)
    if (rows < classRowsMin)
      throw fault("TARGET_CLASS_TOO_SMALL", {
        target,
        value: JSON.stringify(value),
        rows,
        limit: classRowsMin,
      })
}

/** Numbers stay numbers when all are whole (the file's label is int64 then), else they are texts. */
function classesOf(counts: Counts): NonNullable<Signature["classes"]> {
  const numbers = [...counts.keys()].filter((value) => typeof value === "number")
  numbers.sort((one, other) => one - other)
  if (numbers.length === 0) return [...counts.keys()].map(String).sort()
  return numbers.every(Number.isSafeInteger) ? numbers : numbers.map(String)
}

const positiveWords = new Set(["true", "1", "yes", "positive"])

function choosePositive(
  target: string,
  options: {
    readonly classes: NonNullable<Signature["classes"]>
    readonly counts: Counts
    readonly asked: string | number | undefined
  },
): string | number {
  const { classes, counts, asked } = options
  const values: readonly Value[] = classes
  if (asked !== undefined) {
    const found = values.find((value) => String(value) === String(asked).normalize("NFC"))
    if (found !== undefined) return found
    throw fault("POSITIVE_CLASS_UNKNOWN", { target, positive: asked, classes: classes.join(", ") })
  }
  const named = values.find((value) => positiveWords.has(String(value).toLowerCase()))
  if (named !== undefined) return named
  const byText = new Map([...counts].map(([value, rows]) => [String(value), rows]))
  const rowsOf = (value: Value) => byText.get(String(value)) ?? 0
  // Of two equally frequent ones the last, as 1 comes after 0.
  return values.reduce((rarer, value) => (rowsOf(value) <= rowsOf(rarer) ? value : rarer))
}
