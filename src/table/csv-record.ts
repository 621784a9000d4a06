/** @file Finds the cells of one CSV record in bytes: RFC 4180 quoting, with the few liberties that real files take. */
// biome-ignore-all lint/style/noNonNullAssertion: a kernel; every index is below the window's end

export const recordStatuses = ["record", "partial", "unclosedQuote", "textAfterQuote"] as const
export type RecordStatus = (typeof recordStatuses)[number]

const quote = 0x22
const space = 0x20
const carriageReturn = 0x0d

/**
 * Cells of one record at a time. A cell's content is bytes `starts[i]` to `ends[i]` of the window; `quoted[i]` is 1 where
 * it stood in quotes (a quote inside is then doubled).
 */
export class RecordScanner {
  readonly #delimiter: number
  readonly #newline: number
  starts = new Int32Array(64)
  ends = new Int32Array(64)
  quoted = new Uint8Array(64)
  cellCount = 0
  /** First byte after the record and its line end. */
  next = 0
  /** Line ends inside the record, its own included. */
  lineEnds = 0

  /** Both are bytes: the delimiter, and what ends a line (10, or 13 in files of old Macs). */
  constructor(options: { readonly delimiter: number; readonly newline: number }) {
    this.#delimiter = options.delimiter
    this.#newline = options.newline
  }

  /**
   * Scans from `start`. "partial": the record goes beyond `end` and more bytes may come. "unclosedQuote" and
   * "textAfterQuote" are bad records; the caller goes on after the first line end.
   */
  scan(window: Uint8Array, start: number, end: number, isLast: boolean): RecordStatus {
    this.cellCount = 0
    this.lineEnds = 0
    let position = start
    for (;;) {
      let at = position
      while (at < end && window[at] === space && this.#delimiter !== space) at++
      if (at >= end && !isLast) return "partial"
      const status =
        at < end && window[at] === quote
          ? this.#quotedCell(window, at, end, isLast)
          : this.#plainCell(window, position, end, isLast)
      if (status !== "delimiter") return status
      position = this.next
    }
  }

  #plainCell(window: Uint8Array, start: number, end: number, isLast: boolean): RecordStatus | "delimiter" {
    const delimiter = this.#delimiter
    const newline = this.#newline
    let at = start
    while (at < end && window[at]! !== delimiter && window[at]! !== newline) at++
    if (at >= end && !isLast) return "partial"
    const isDelimiter = at < end && window[at] === delimiter
    let contentEnd = at
    if (!isDelimiter && newline !== carriageReturn && at > start && window[at - 1] === carriageReturn)
      contentEnd--
    this.#push(start, contentEnd, 0)
    return this.#endOfCell(at, end, isDelimiter)
  }

  #quotedCell(window: Uint8Array, open: number, end: number, isLast: boolean): RecordStatus | "delimiter" {
    let at = open + 1
    for (;;) {
      while (at < end && window[at]! !== quote) {
        if (window[at]! === this.#newline) this.lineEnds++
        at++
      }
      if (at >= end) return isLast ? "unclosedQuote" : "partial"
      // A quote at the very end closes for now: the blanks after it are then found to be partial.
      if (window[at + 1] !== quote || at + 1 >= end) break
      at += 2
    }
    this.#push(open + 1, at, 1)
    at++
    while (
      at < end &&
      (window[at] === space || window[at] === carriageReturn) &&
      window[at] !== this.#delimiter
    ) {
      if (window[at] === this.#newline) break
      at++
    }
    if (at >= end) {
      if (!isLast) return "partial"
      return this.#endOfCell(at, end, false)
    }
    if (window[at] === this.#delimiter) return this.#endOfCell(at, end, true)
    return window[at] === this.#newline ? this.#endOfCell(at, end, false) : "textAfterQuote"
  }

  #endOfCell(at: number, end: number, isDelimiter: boolean): "record" | "delimiter" {
    this.next = Math.min(at + 1, end)
    if (isDelimiter) return "delimiter"
    if (at < end) this.lineEnds++
    return "record"
  }

  #push(start: number, end: number, isQuoted: 0 | 1): void {
    if (this.cellCount === this.starts.length) {
      this.starts = grown(this.starts)
      this.ends = grown(this.ends)
      const quoted = new Uint8Array(this.quoted.length * 2)
      quoted.set(this.quoted)
      this.quoted = quoted
    }
    this.starts[this.cellCount] = start
    this.ends[this.cellCount] = end
    this.quoted[this.cellCount] = isQuoted
    this.cellCount++
  }
}

/** How often a byte occurs from `start` to before `end`. */
export function countByte(window: Uint8Array, start: number, end: number, byte: number): number {
  let count = 0
  for (let index = start; index < end; index++) if (window[index]! === byte) count++
  return count
}

function grown(old: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(old.length * 2)
  larger.set(old)
  return larger
}
