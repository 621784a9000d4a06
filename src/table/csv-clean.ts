/** @file A CSV made plain: every record checked for its number of cells, bad ones listed by line, good ones rewritten in one strict form. */

import { createWriteStream, type WriteStream } from "node:fs"
import { finished } from "node:stream/promises"
import { fault } from "../base/errors.ts"
import type { Sentence } from "../base/sentences/say.ts"
import { countByte, RecordScanner, type RecordStatus } from "./csv-record.ts"
import type { Dialect } from "./csv-sniff.ts"
import { importNote } from "./import-notes.ts"

export type RejectedRow = {
  /** The line of the file on which the row begins, from 1. */
  readonly line: number
  /** Null where the whole row is bad. */
  readonly column: string | null
  readonly reason: Sentence
  readonly text: string
}

export type CleanOptions = {
  /** The file in UTF-8, piece by piece. */
  readonly pieces: AsyncIterable<Buffer>
  readonly dialect: Dialect
  readonly columnCount: number
  readonly targetPath: string
  readonly rejectedRowsListedMax: number
  /** Called with the bytes read so far. */
  readonly onBytes: (byteCount: number) => void
}

export type CleanResult = {
  readonly rowCount: number
  readonly rejectedCount: number
  readonly rejectedRows: readonly RejectedRow[]
}

/** Longest record in bytes; a quote that is never closed would swallow the file otherwise. */
export const recordBytesMax = 4 * 1024 * 1024

/**
 * Writes `line<delimiter>cell<delimiter>cell...\n` for every good record, the header left out; cells with quotes, line
 * ends or the delimiter are quoted as RFC 4180 says. DuckDB then meets nothing to guess about, and knows each row's line.
 * Throws NUL_CHARACTER.
 */
export async function cleanCsv(options: CleanOptions): Promise<CleanResult> {
  const output = createWriteStream(options.targetPath, { highWaterMark: outputBytes })
  const cleaner = new Cleaner(options, output)
  try {
    for await (const piece of options.pieces) await cleaner.add(piece)
    await cleaner.end()
  } finally {
    output.end()
  }
  await finished(output)
  return cleaner.result()
}

const outputBytes = 1024 * 1024
const quote = 0x22
const carriageReturn = 0x0d
const lineFeed = 0x0a
const rejectedTextMax = 500

class Cleaner {
  readonly #options: CleanOptions
  readonly #output: WriteStream
  readonly #scanner: RecordScanner
  readonly #delimiter: number
  readonly #newline: number
  /** The line end that this file does not use; inside a cell it needs quotes, as DuckDB would end the row there. */
  readonly #strayLineEnd: number
  #window: Buffer = Buffer.alloc(0)
  #target: Buffer = Buffer.allocUnsafe(outputBytes)
  #targetLength = 0
  #line: number
  #bytesRead = 0
  #skipBytes: number
  #isHeaderDue: boolean
  #isSkippingLine = false
  #rowCount = 0
  #rejectedCount = 0
  readonly #rejectedRows: RejectedRow[] = []

  constructor(options: CleanOptions, output: WriteStream) {
    const { dialect } = options
    this.#options = options
    this.#output = output
    this.#delimiter = dialect.delimiter.charCodeAt(0)
    this.#newline = dialect.newline
    this.#strayLineEnd = dialect.newline === lineFeed ? carriageReturn : lineFeed
    this.#scanner = new RecordScanner({ delimiter: this.#delimiter, newline: this.#newline })
    this.#skipBytes = dialect.skipBytes
    this.#line = dialect.skipBytes > 0 ? 2 : 1
    this.#isHeaderDue = dialect.hasHeader
  }

  async add(piece: Buffer): Promise<void> {
    this.#bytesRead += piece.length
    const skipped = Math.min(this.#skipBytes, piece.length)
    this.#skipBytes -= skipped
    const fresh = piece.subarray(skipped)
    this.#window = this.#window.length === 0 ? fresh : Buffer.concat([this.#window, fresh])
    const nul = this.#window.indexOf(0)
    if (nul >= 0) {
      throw fault("NUL_CHARACTER", { line: this.#line + countByte(this.#window, 0, nul, this.#newline) })
    }
    this.#consume(false)
    this.#options.onBytes(this.#bytesRead)
    await this.#flush()
  }

  async end(): Promise<void> {
    this.#consume(true)
    await this.#flush()
  }

  result(): CleanResult {
    return {
      rowCount: this.#rowCount,
      rejectedCount: this.#rejectedCount,
      rejectedRows: this.#rejectedRows,
    }
  }

  /** Takes all whole records out of the window. */
  #consume(isLast: boolean): void {
    const window = this.#window
    let position = 0
    let nextQuote = window.indexOf(quote)
    let nextStray = window.indexOf(this.#strayLineEnd)
    while (position < window.length) {
      const found = window.indexOf(this.#newline, position)
      if (found < 0 && !isLast) break
      const lineEnd = found < 0 ? window.length : found
      const afterLine = Math.min(lineEnd + 1, window.length)
      if (this.#isSkippingLine) {
        this.#isSkippingLine = false
        this.#line++
        position = afterLine
        continue
      }
      if (nextQuote >= 0 && nextQuote < position) nextQuote = window.indexOf(quote, position)
      if (nextStray >= 0 && nextStray < position) nextStray = window.indexOf(this.#strayLineEnd, position)
      const hasReturn =
        this.#newline !== carriageReturn && window[lineEnd - 1] === carriageReturn && lineEnd > position
      const contentEnd = hasReturn ? lineEnd - 1 : lineEnd
      const isPlain = (nextQuote < 0 || nextQuote >= lineEnd) && (nextStray < 0 || nextStray >= contentEnd)
      if (isPlain) {
        this.#plainRecord(position, contentEnd)
        this.#line++
        position = afterLine
        continue
      }
      const next = this.#quotedRecord(position, afterLine, isLast)
      if (next === null) break
      position = next
    }
    this.#window = window.subarray(position)
    if (this.#window.length > recordBytesMax && !isLast) this.#dropEndlessLine()
  }

  /** A record without quotes is copied as it stands. */
  #plainRecord(start: number, end: number): void {
    const window = this.#window
    if (isBlank(window, start, end)) return
    if (this.#isHeaderDue) {
      this.#isHeaderDue = false
      return
    }
    const cellCount = countByte(window, start, end, this.#delimiter) + 1
    if (cellCount !== this.#options.columnCount) {
      this.#reject(
        importNote("cellCount", { got: cellCount, expected: this.#options.columnCount }),
        start,
        end,
      )
      return
    }
    this.#reserve(end - start + lineNumberBytes)
    this.#writeLineNumber()
    window.copy(this.#target, this.#targetLength, start, end)
    this.#targetLength += end - start
    this.#writeByte(lineFeed)
    this.#rowCount++
  }

  /** Where the next record begins; null when more bytes are needed. */
  #quotedRecord(start: number, afterLine: number, isLast: boolean): number | null {
    const scanner = this.#scanner
    const window = this.#window
    const status = scanner.scan(window, start, window.length, isLast)
    if (status === "partial" && window.length - start <= recordBytesMax) return null
    const wasHeader = this.#isHeaderDue
    this.#isHeaderDue = false
    if (status !== "record" || scanner.next - start > recordBytesMax) {
      this.#reject(statusReason(status), start, afterLine)
      this.#line++
      return afterLine
    }
    if (scanner.cellCount !== this.#options.columnCount && !wasHeader) {
      this.#reject(
        importNote("cellCount", { got: scanner.cellCount, expected: this.#options.columnCount }),
        start,
        scanner.next,
      )
    } else if (!wasHeader) this.#writeRecord()
    this.#line += scanner.lineEnds
    return scanner.next
  }

  #writeRecord(): void {
    const { starts, ends, quoted, cellCount } = this.#scanner
    const window = this.#window
    this.#reserve(2 * (this.#scanner.next - (starts[0] ?? 0)) + 3 * cellCount + lineNumberBytes)
    this.#writeLineNumber()
    for (let index = 0; index < cellCount; index++) {
      if (index > 0) this.#writeByte(this.#delimiter)
      const start = starts[index] ?? 0
      const end = ends[index] ?? 0
      if (quoted[index] === 1) {
        // Inside quotes the quotes are doubled already: content is copied as it stands.
        this.#writeByte(quote)
        window.copy(this.#target, this.#targetLength, start, end)
        this.#targetLength += end - start
        this.#writeByte(quote)
      } else this.#writeQuoting(start, end)
    }
    this.#writeByte(lineFeed)
    this.#rowCount++
  }

  /** An unquoted cell that may hold stray quotes or line ends. */
  #writeQuoting(start: number, end: number): void {
    const cell = this.#window.subarray(start, end)
    if (!cell.includes(quote) && !cell.includes(this.#strayLineEnd)) {
      cell.copy(this.#target, this.#targetLength)
      this.#targetLength += cell.length
      return
    }
    this.#writeByte(quote)
    for (const byte of cell) {
      if (byte === quote) this.#writeByte(quote)
      this.#writeByte(byte)
    }
    this.#writeByte(quote)
  }

  /** A line of more than `recordBytesMax` bytes is no row; what is left of it is passed over. */
  #dropEndlessLine(): void {
    this.#reject(importNote("rowTooLong", { limit: recordBytesMax }), 0, this.#window.length)
    this.#window = Buffer.alloc(0)
    this.#isSkippingLine = true
    this.#isHeaderDue = false
  }

  #reject(reason: Sentence, start: number, end: number): void {
    this.#rejectedCount++
    if (this.#rejectedRows.length >= this.#options.rejectedRowsListedMax) return
    const text = this.#window.subarray(start, Math.min(end, start + 4 * rejectedTextMax)).toString("utf8")
    this.#rejectedRows.push({
      line: this.#line,
      column: null,
      reason,
      text: text.slice(0, rejectedTextMax).trimEnd(),
    })
  }

  #writeLineNumber(): void {
    this.#targetLength += this.#target.write(String(this.#line), this.#targetLength, "latin1")
    this.#writeByte(this.#delimiter)
  }

  #writeByte(byte: number): void {
    this.#target[this.#targetLength++] = byte
  }

  #reserve(byteCount: number): void {
    if (this.#targetLength + byteCount <= this.#target.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#target.length * 2, this.#targetLength + byteCount))
    this.#target.copy(larger, 0, 0, this.#targetLength)
    this.#target = larger
  }

  async #flush(): Promise<void> {
    if (this.#targetLength === 0) return
    const bytes = this.#target.subarray(0, this.#targetLength)
    this.#target = Buffer.allocUnsafe(outputBytes)
    this.#targetLength = 0
    await new Promise<void>((resolve, reject) => {
      this.#output.write(bytes, (error) => (error ? reject(error) : resolve()))
    })
  }
}

/** Room for a line number, its delimiter and the line end. */
const lineNumberBytes = 24

function isBlank(window: Buffer, start: number, end: number): boolean {
  for (let index = start; index < end; index++) if (window[index] !== 0x20) return false
  return true
}

function statusReason(status: RecordStatus): Sentence {
  if (status === "unclosedQuote") return importNote("quoteOpen")
  if (status === "textAfterQuote") return importNote("quoteText")
  return importNote("rowTooLong", { limit: recordBytesMax })
}
