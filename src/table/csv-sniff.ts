/** @file How a CSV is written: delimiter, line end, decimal mark, header; guessed on its first lines, told, and refused where unclear. */

import { fault } from "../base/errors.ts"
import type { Sentence } from "../base/sentences/say.ts"
import { type CellKind, cellKind, isMissingWord } from "./cell-words.ts"
import { RecordScanner } from "./csv-record.ts"
import { importNote } from "./import-notes.ts"

export type Dialect = {
  readonly delimiter: string
  readonly decimal: "." | ","
  readonly hasHeader: boolean
  /** What ends a line, as a byte: 10, or 13 in files of old Macs. */
  readonly newline: 10 | 13
  /** Bytes before the first record: an Excel line `sep=;`. */
  readonly skipBytes: number
}

export type Sniffed = {
  readonly dialect: Dialect
  /** Cells of the first record, names when `hasHeader`. */
  readonly firstRecord: readonly string[]
  readonly columnCount: number
  readonly warnings: readonly Sentence[]
}

export type SniffOptions = {
  /** First bytes of the file in UTF-8, without a mark. */
  readonly sample: Buffer
  readonly isWholeFile: boolean
  readonly delimiter: string | undefined
  readonly decimal: "." | "," | undefined
  readonly header: boolean | undefined
}

/** Throws EMPTY_FILE, CSV_DELIMITER_UNCLEAR, CSV_OPTION_INVALID. */
export function sniffCsv(options: SniffOptions): Sniffed {
  const warnings: Sentence[] = []
  const newline = newlineOf(options.sample)
  const separatorLine = /^sep=([^\r\n])\r?\n/i.exec(options.sample.subarray(0, 16).toString("utf8"))
  const skipBytes = separatorLine?.[0].length ?? 0
  const sample = options.sample.subarray(skipBytes)
  const chosen = options.delimiter === undefined ? separatorLine?.[1] : delimiterOf(options.delimiter)
  const reader = { sample, newline, isWholeFile: options.isWholeFile }
  const delimiter = chosen ?? guessDelimiter(reader)
  const records = sampleRecords({ ...reader, delimiter })
  const firstRecord = records[0]
  if (firstRecord === undefined) throw fault("EMPTY_FILE", {})
  if (chosen !== undefined && firstRecord.length === 1 && mostCells(reader) > 1) {
    warnings.push(importNote("singleColumn", { delimiter: nameOf(chosen) }))
  }
  const decimal = options.decimal ?? guessDecimal(records.slice(1), delimiter)
  const hasHeader = options.header ?? guessHeader(records)
  if (options.header === undefined && !hasHeader) {
    warnings.push(importNote("noHeader"))
  }
  return {
    dialect: { delimiter, decimal, hasHeader, newline, skipBytes },
    firstRecord,
    columnCount: hasHeader ? firstRecord.length : modalCount(records),
    warnings,
  }
}

const candidates = [",", ";", "\t", "|"] as const
const sampleRecordsMax = 1_000
// Below this share of records with the usual number of cells, a delimiter explains nothing.
const consistentShareMin = 0.5
/** A column is of a kind, for the vote on the header, when this share of its cells is. */
const commonShareMin = 0.9

type SampleReader = { readonly sample: Buffer; readonly newline: 10 | 13; readonly isWholeFile: boolean }

/** A carriage return alone ends lines where it stands more often than the line feed does; what stands in quotes is a cell's own. */
function newlineOf(sample: Buffer): 10 | 13 {
  if (!sample.includes(13)) return 10
  let returns = 0
  let feeds = 0
  let isQuoted = false
  for (const [at, byte] of sample.entries()) {
    if (byte === 34) isQuoted = !isQuoted
    else if (isQuoted) continue
    else if (byte === 10) feeds++
    else if (byte === 13 && sample[at + 1] !== 10) returns++
  }
  return returns > feeds ? 13 : 10
}

function delimiterOf(option: string): string {
  const delimiter = option === "\\t" || option.toLowerCase() === "tab" ? "\t" : option
  if (!/^[^\p{L}\p{N}"\r\n\0]$/u.test(delimiter) || Buffer.byteLength(delimiter) !== 1) {
    throw fault("CSV_OPTION_INVALID", {
      option: "delimiter",
      got: JSON.stringify(option),
      expected: "one ASCII character that is no letter, digit, quote or line end (tab may be spelled \\t)",
    })
  }
  return delimiter
}

/** The records of the sample, blank ones left out; a last one that is cut off is left out too. */
function sampleRecords(reader: SampleReader & { readonly delimiter: string }): string[][] {
  const { sample, newline, isWholeFile } = reader
  const scanner = new RecordScanner({ delimiter: reader.delimiter.charCodeAt(0), newline })
  const records: string[][] = []
  let position = 0
  while (position < sample.length && records.length < sampleRecordsMax) {
    const status = scanner.scan(sample, position, sample.length, isWholeFile)
    if (status === "partial" && records.length > 0) break
    if (status === "record") {
      const cells = cellTexts(scanner, sample)
      if (!isBlank(cells, scanner)) records.push(cells)
      position = scanner.next
      continue
    }
    const lineEnd = sample.indexOf(newline, position)
    if (status === "partial" || lineEnd < 0) {
      // One line fills the whole sample, or is bad to its end: its cells are all that there is.
      records.push(sample.subarray(position).toString("utf8").split(reader.delimiter))
      break
    }
    position = lineEnd + 1
  }
  return records
}

/** The texts of the record that was scanned last, quotes undone. */
export function cellTexts(scanner: RecordScanner, window: Buffer): string[] {
  const cells: string[] = []
  for (let index = 0; index < scanner.cellCount; index++) {
    const text = window.subarray(scanner.starts[index], scanner.ends[index]).toString("utf8")
    cells.push(scanner.quoted[index] === 1 ? text.replaceAll('""', '"') : text)
  }
  return cells
}

/** A line without any cell: nothing, or only blanks; `""` is a cell. */
function isBlank(cells: readonly string[], scanner: RecordScanner): boolean {
  return cells.length === 1 && scanner.quoted[0] === 0 && cells[0]?.trim() === ""
}

function guessDelimiter(reader: SampleReader): string {
  let best: { delimiter: string; typed: number; count: number } | null = null
  for (const delimiter of candidates) {
    const records = sampleRecords({ ...reader, delimiter })
    const count = modalCount(records)
    const consistent = records.filter((cells) => cells.length === count)
    const share = consistent.length / Math.max(1, records.length)
    if (count < 2 || share < consistentShareMin || records[0]?.length !== count) continue
    const typed = share * typedShare(consistent.slice(1))
    const isBetter = best === null || typed > best.typed || (typed === best.typed && count > best.count)
    if (isBetter) best = { delimiter, typed, count }
  }
  if (best !== null) return best.delimiter
  refuseHiddenDelimiter(reader)
  return ","
}

/** Share of cells that are numbers, dates, booleans or missing: the right delimiter leaves no halves of numbers. */
function typedShare(records: readonly (readonly string[])[]): number {
  let typed = 0
  let total = 0
  for (const cells of records) {
    for (const cell of cells) {
      total++
      if (cellKind(cell) !== null || isMissingWord(cell)) typed++
    }
  }
  return total === 0 ? 0 : typed / total
}

/** A single column is believed only when its first line holds no delimiter outside quotes. */
function refuseHiddenDelimiter(reader: SampleReader): void {
  for (const delimiter of candidates) {
    const first = sampleRecords({ ...reader, delimiter })[0]
    if (first === undefined || first.length < 2) continue
    const found = candidates.filter((other) => first.join(delimiter).includes(other)).map(nameOf)
    const line = JSON.stringify(first.join(delimiter).slice(0, 80))
    throw fault("CSV_DELIMITER_UNCLEAR", { found: found.join(" and "), line })
  }
}

function mostCells(reader: SampleReader): number {
  return Math.max(...candidates.map((delimiter) => sampleRecords({ ...reader, delimiter })[0]?.length ?? 0))
}

function nameOf(delimiter: string): string {
  return delimiter === "\t" ? "tab" : `"${delimiter}"`
}

function modalCount(records: readonly (readonly string[])[]): number {
  const counts = new Map<number, number>()
  for (const { length } of records) counts.set(length, (counts.get(length) ?? 0) + 1)
  let mode = records[0]?.length ?? 0
  for (const [length, count] of counts) if (count > (counts.get(mode) ?? 0)) mode = length
  return mode
}

/** A comma is the decimal mark when cells need it to be numbers and none needs the point. */
function guessDecimal(records: readonly (readonly string[])[], delimiter: string): "." | "," {
  let commas = 0
  let points = 0
  for (const cells of records) {
    for (const cell of cells) {
      const text = cell.trim()
      // In a comma file a quoted "1,234" is a thousand; elsewhere it may be a decimal.
      if (/^[+-]?\d+,\d+$/.test(text) && (delimiter !== "," || !/^[+-]?\d{1,3},\d{3}$/.test(text))) commas++
      if (/^[+-]?\d{1,3}(\.\d{3})+,\d+$/.test(text)) commas++
      if (/^[+-]?\d+\.\d+$/.test(text) || /^[+-]?\d{1,3}(,\d{3})+\.\d+$/.test(text)) points++
    }
  }
  return commas > points ? "," : "."
}

/** Is the first record names? Each typed column votes by whether its first cell is of the column's kind. */
function guessHeader(records: readonly (readonly string[])[]): boolean {
  const [first, ...body] = records
  if (first === undefined) return true
  if (body.length === 0)
    return !first.some((cell) => cellKind(cell) === "number" || cellKind(cell) === "time")
  let names = 0
  let data = 0
  let repeated = 0
  for (const [index, cell] of first.entries()) {
    const column = body.map((cells) => cells[index] ?? "").filter((other) => !isMissingWord(other))
    if (column.length === 0) continue
    const kind = commonKind(column)
    if (kind !== null) {
      if (cellKind(cell) === kind || (isMissingWord(cell) && cell.trim() !== "")) data++
      else if (cell.trim() !== "") names++
    } else if (cell.trim() !== "" && column.includes(cell)) repeated++
  }
  if (names > 0 || data > 0) return names > 0
  return repeated === 0 && new Set(first).size === first.length
}

/** The kind that nearly all cells are of; null for text. */
function commonKind(cells: readonly string[]): CellKind {
  const counts = new Map<CellKind, number>()
  for (const cell of cells) counts.set(cellKind(cell), (counts.get(cellKind(cell)) ?? 0) + 1)
  for (const [kind, count] of counts) if (count >= cells.length * commonShareMin) return kind
  return null
}
