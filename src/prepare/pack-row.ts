/** @file Packs the cells of one raw row into tensors, column by column of a compiled signature. */
import {
  canonicalCategory,
  datetimeExamples,
  formatDatetime,
  hasNul,
  parseDatetime,
  secondsPerDay,
  toFloat32,
} from "./cells.ts"
import { describe, type Report, shorten } from "./pack-report.ts"
import type { InputWidths, PackedRows, SignatureColumn } from "./signature.ts"

export type CompiledColumn = {
  readonly kind: SignatureColumn["kind"]
  readonly name: string
  readonly required: boolean
  readonly nullable: boolean
  readonly input: SignatureColumn["input"]
  readonly position: number
  /** Least and greatest value of the training rows, rounded as values are before they are compared. */
  readonly low: number
  readonly high: number
  readonly column: SignatureColumn
  readonly known: ReadonlySet<string>
}

export function compileColumn(column: SignatureColumn): CompiledColumn {
  const { kind, name, required, nullable, input, position } = column
  const [low, high] = "range" in column ? column.range : [0, 1]
  const isRounded = kind === "number" && input === "numeric"
  return {
    kind,
    name,
    required,
    nullable,
    input,
    position,
    low: isRounded ? toFloat32(low) : low,
    high: isRounded ? toFloat32(high) : high,
    column,
    known: new Set(kind === "category" ? column.categories : []),
  }
}

/** The tensors of one call: missing until set, NaN and "" in texts. */
export class Tensors {
  readonly rowCount: number
  readonly numericWidth: number
  readonly numeric64Width: number
  readonly textWidth: number
  readonly numeric: Float32Array
  readonly numeric64: Float64Array
  readonly text: string[]

  constructor(rowCount: number, widths: InputWidths) {
    this.rowCount = rowCount
    this.numericWidth = widths.numeric
    this.numeric64Width = widths.numeric64
    this.textWidth = widths.text
    this.numeric = new Float32Array(rowCount * widths.numeric).fill(Number.NaN)
    this.numeric64 = new Float64Array(rowCount * widths.numeric64).fill(Number.NaN)
    this.text = new Array<string>(rowCount * widths.text).fill("")
  }

  packed(): PackedRows {
    return {
      rowCount: this.rowCount,
      numeric: this.numericWidth === 0 ? null : this.numeric,
      numeric64: this.numeric64Width === 0 ? null : this.numeric64,
      text: this.textWidth === 0 ? null : this.text,
    }
  }
}

export type Row = Readonly<Record<string, unknown>>

export type Place = {
  readonly row: Row
  readonly at: number
  readonly columns: readonly CompiledColumn[]
  readonly tensors: Tensors
  readonly report: Report
}

/** How many of the signature's columns the row has. Reads own properties only, so that no prototype answers for a missing key. */
export function packRow({ row, at, columns, tensors, report }: Place): number {
  let found = 0
  for (const column of columns) {
    const isPresent = Object.hasOwn(row, column.name)
    if (isPresent) found += 1
    const value = isPresent ? row[column.name] : undefined
    if (value === undefined || value === null) {
      packMissing(column, value, at, report)
      continue
    }
    switch (column.kind) {
      case "number":
        packNumber(column, value, at, tensors, report)
        break
      case "boolean":
        packBoolean(column, value, at, tensors, report)
        break
      case "category":
        packCategory(column, value, at, tensors, report)
        break
      case "datetime":
        packDatetime(column, value, at, tensors, report)
        break
    }
  }
  return found
}

/** `undefined` is an absent key. The tensors hold missing values already. */
function packMissing(
  { name, required, nullable }: CompiledColumn,
  value: null | undefined,
  row: number,
  report: Report,
): void {
  if (value === undefined && required) report.problem("COLUMN_MISSING", { row, column: name }, row, name)
  else if (!nullable) report.problem("VALUE_MISSING", { row, column: name }, row, name)
  else report.warn("IMPUTED", { row, column: name }, row, name)
}

function packNumber(
  column: CompiledColumn,
  value: unknown,
  row: number,
  tensors: Tensors,
  report: Report,
): void {
  const { name, position, low, high } = column
  if (typeof value !== "number" || value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
    report.problem("NUMBER_EXPECTED", { row, column: name, got: describe(value) }, row, name)
    return
  }
  if (Number.isNaN(value)) {
    packMissing(column, null, row, report)
    return
  }
  const isDouble = column.input === "numeric64"
  const stored = isDouble ? value : toFloat32(value)
  if (isDouble) tensors.numeric64[row * tensors.numeric64Width + position] = stored
  else tensors.numeric[row * tensors.numericWidth + position] = stored
  if (stored < low || stored > high)
    report.warn("OUT_OF_RANGE", { row, column: name, got: value, low, high }, row, name)
}

function packBoolean(
  { name, position }: CompiledColumn,
  value: unknown,
  row: number,
  tensors: Tensors,
  report: Report,
): void {
  if (value === true || value === false || value === 0 || value === 1)
    tensors.numeric[row * tensors.numericWidth + position] = Number(value)
  else report.problem("BOOLEAN_EXPECTED", { row, column: name, got: describe(value) }, row, name)
}

function packCategory(
  column: CompiledColumn,
  value: unknown,
  row: number,
  tensors: Tensors,
  report: Report,
): void {
  const { name, position, known } = column
  const at = row * tensors.textWidth + position
  if (typeof value === "string" && known.has(value)) {
    // Known categories are in canonical form already: most values take this way.
    tensors.text[at] = value
    return
  }
  const isNumber = typeof value === "number"
  if (
    !(typeof value === "string" || typeof value === "boolean" || isNumber) ||
    (isNumber && Math.abs(value) === Number.POSITIVE_INFINITY)
  ) {
    report.problem("CATEGORY_EXPECTED", { row, column: name, got: describe(value) }, row, name)
    return
  }
  const text = isNumber && Number.isNaN(value) ? "" : canonicalCategory(value)
  if (text === "") packMissing(column, null, row, report)
  else if (known.has(text)) tensors.text[at] = text
  else if (hasNul(text)) report.problem("TEXT_HAS_NUL", { row, column: name }, row, name)
  else if (column.column.kind === "category" && column.column.open) {
    tensors.text[at] = text
    report.warn("UNSEEN_CATEGORY", { row, column: name, got: describe(value) }, row, name)
  } else {
    const parameters = { row, column: name, got: describe(value), known: someOf(known) }
    report.problem("CATEGORY_UNKNOWN", parameters, row, name)
  }
}

function packDatetime(
  { column, name, position, low, high }: CompiledColumn,
  value: unknown,
  row: number,
  tensors: Tensors,
  report: Report,
): void {
  if (column.kind !== "datetime") return
  const seconds = typeof value === "string" ? parseDatetime(value, column.formats) : Number.NaN
  if (Number.isNaN(seconds)) {
    const example = column.formats.map((format) => datetimeExamples[format]).join(", ")
    report.problem("DATETIME_EXPECTED", { row, column: name, example, got: describe(value) }, row, name)
    return
  }
  const days = Math.floor(seconds / secondsPerDay)
  const at = row * tensors.numericWidth + position
  tensors.numeric[at] = days
  tensors.numeric[at + 1] = seconds - days * secondsPerDay
  const compared = column.precision === "date" ? days * secondsPerDay : seconds
  if (compared < low || compared > high) {
    const parameters = {
      row,
      column: name,
      got: describe(value),
      low: formatDatetime(low, column.precision),
      high: formatDatetime(high, column.precision),
    }
    report.warn("OUT_OF_RANGE", parameters, row, name)
  }
}

const knownListedMax = 10

function someOf(known: ReadonlySet<string>): string {
  const listed = [...known].slice(0, knownListedMax).map((text) => JSON.stringify(shorten(text)))
  return known.size > knownListedMax ? `${listed.join(", ")}, …` : listed.join(", ")
}
