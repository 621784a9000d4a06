/** @file The encoding of a text file: mark, strict UTF-8 over the whole file, else a guess that is told. */
import { isUtf8 } from "node:buffer"
import { createReadStream } from "node:fs"

import { fault } from "../base/errors.ts"
import { readHead, utf16Order } from "./file-kind.ts"

export type Encoding = {
  /** A label of the WHATWG Encoding Standard. */
  readonly label: string
  /** True when nothing but the look of the bytes speaks for it. */
  readonly isGuess: boolean
}

/** Finds or checks the encoding. Throws CSV_OPTION_INVALID for a name nobody knows, ENCODING_WRONG where UTF-8 was asked for in vain. */
export async function findEncoding(options: {
  readonly path: string
  readonly encoding: string | undefined
}): Promise<Encoding> {
  const head = await readHead(options.path, headBytes)
  if (options.encoding !== undefined) {
    const label = knownLabel(options.encoding)
    if (label === "utf-8") {
      const wrongLine = await firstLineNotUtf8(options.path)
      if (wrongLine !== null) throw fault("ENCODING_WRONG", { encoding: label, line: wrongLine })
    }
    return { label, isGuess: false }
  }
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) {
    if ((await firstLineNotUtf8(options.path)) === null) return { label: "utf-8", isGuess: false }
  }
  const order = utf16Order(head)
  if (order !== null) return { label: order, isGuess: head[0] !== 0xff && head[0] !== 0xfe }
  const wrongLine = await firstLineNotUtf8(options.path)
  if (wrongLine === null) return { label: "utf-8", isGuess: false }
  return { label: guessLabel(await sampleNotAscii(options.path)), isGuess: true }
}

/** The file as UTF-8 in pieces, without its byte order mark. Throws ENCODING_WRONG. */
export async function* utf8Pieces(options: {
  readonly path: string
  readonly label: string
  /** Stop after about this many bytes of the file; for samples. */
  readonly byteCountMax?: number
}): AsyncGenerator<Buffer> {
  const end = options.byteCountMax === undefined ? {} : { end: options.byteCountMax - 1 }
  const source = createReadStream(options.path, { highWaterMark: pieceBytes, ...end })
  if (options.label === "utf-8") yield* withoutMark(source)
  else yield* decoded(source, options.label, options.byteCountMax !== undefined)
}

const headBytes = 65_536
const pieceBytes = 1024 * 1024
const sampleBytesMax = 65_536
const newline = 0x0a
// Of the characters outside ASCII in a Chinese or Japanese table, nearly all are Han, kana or full-width marks; Western
// text decoded as GB18030 gives scattered rare ones.
const ideographShareMin = 0.7

function knownLabel(encoding: string): string {
  try {
    return new TextDecoder(encoding).encoding
  } catch {
    throw fault("CSV_OPTION_INVALID", {
      option: "encoding",
      got: encoding,
      expected: "a known encoding, such as utf-8, gb18030, windows-1252, shift_jis, utf-16le",
    })
  }
}

/** Line of the first byte that is not UTF-8, null when all is well. */
async function firstLineNotUtf8(path: string): Promise<number | null> {
  let line = 1
  let rest: Buffer = Buffer.alloc(0)
  for await (const piece of byteStream(path)) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    const end = lastBoundary(bytes)
    const whole = bytes.subarray(0, end)
    if (!isUtf8(whole)) return line + linesBeforeWrong(whole)
    line += countNewlines(whole)
    rest = bytes.subarray(end)
  }
  return rest.length === 0 || isUtf8(rest) ? null : line
}

async function* byteStream(path: string): AsyncGenerator<Buffer> {
  for await (const piece of createReadStream(path, { highWaterMark: pieceBytes })) {
    if (Buffer.isBuffer(piece)) yield piece
  }
}

/** Where to cut so that no character of at most four bytes is split. */
function lastBoundary(bytes: Buffer): number {
  for (let back = 1; back <= 4 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    return byte >= 0xc0 ? bytes.length - back : bytes.length
  }
  return bytes.length
}

function linesBeforeWrong(bytes: Buffer): number {
  let lines = 0
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(newline, start)
    const end = found < 0 ? bytes.length : found + 1
    if (!isUtf8(bytes.subarray(start, end))) return lines
    lines++
    start = end
  }
  return lines
}

function countNewlines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) count++
  return count
}

/** Whole lines that hold bytes above ASCII, as many as make a fair guess. */
async function sampleNotAscii(path: string): Promise<Buffer> {
  const parts: Buffer[] = []
  let byteCount = 0
  for await (const piece of byteStream(path)) {
    for (let start = 0; start < piece.length && byteCount < sampleBytesMax; ) {
      const found = piece.indexOf(newline, start)
      const end = found < 0 ? piece.length : found + 1
      const line = piece.subarray(start, end)
      if (line.some((byte) => byte > 0x7f)) {
        parts.push(line)
        byteCount += line.length
      }
      start = end
    }
    if (byteCount >= sampleBytesMax) break
  }
  return Buffer.concat(parts)
}

function guessLabel(sample: Buffer): string {
  const shiftJis = ideographShare(sample, "shift_jis")
  if (shiftJis >= ideographShareMin) return "shift_jis"
  return ideographShare(sample, "gb18030") >= ideographShareMin ? "gb18030" : "windows-1252"
}

/** Among the decoded characters outside ASCII, the share of common Han, full-width marks and (as Shift_JIS) kana; 0 where it does not decode. */
function ideographShare(sample: Buffer, label: "gb18030" | "shift_jis"): number {
  const common =
    label === "shift_jis"
      ? /[\u3040-\u30ff]/gu
      : /[\u4e00-\u9fff\u3000-\u3020\uff00-\uff65\u2014\u2018-\u201d\u2026]/gu
  let text: string
  try {
    text = new TextDecoder(label, { fatal: true }).decode(sample, { stream: true })
  } catch {
    return 0
  }
  const foreign = text.match(/[^\p{ASCII}]/gu)?.length ?? 0
  if (foreign === 0) return 0
  const kanaOrHan = text.match(common)?.length ?? 0
  if (label === "gb18030") return kanaOrHan / foreign
  // A Japanese table has kana; Chinese bytes that happen to decode as Shift_JIS give half-width katakana instead.
  const han = text.match(/[\u4e00-\u9fff\u3000-\u3020\uff01-\uff60]/gu)?.length ?? 0
  return kanaOrHan > foreign * 0.1 ? (kanaOrHan + han) / foreign : 0
}

async function* withoutMark(source: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  let isFirst = true
  for await (const piece of source) {
    if (!Buffer.isBuffer(piece)) continue
    const hasMark = isFirst && piece[0] === 0xef && piece[1] === 0xbb && piece[2] === 0xbf
    isFirst = false
    yield hasMark ? piece.subarray(3) : piece
  }
}

async function* decoded(
  source: AsyncIterable<unknown>,
  label: string,
  isSample: boolean,
): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(label, { fatal: true })
  let line = 1
  for await (const piece of source) {
    if (!Buffer.isBuffer(piece)) continue
    const bytes = Buffer.from(decodeOrThrow(decoder, piece, { label, line }))
    line += countNewlines(bytes)
    yield bytes
  }
  // A sample may end in the middle of a character.
  if (!isSample) yield Buffer.from(decodeOrThrow(decoder, undefined, { label, line }))
}

/** The line named is where the piece starts: a decoder does not say more. */
function decodeOrThrow(
  decoder: InstanceType<typeof TextDecoder>,
  piece: Buffer | undefined,
  place: { readonly label: string; readonly line: number },
): string {
  try {
    return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true })
  } catch (error) {
    throw fault("ENCODING_WRONG", { encoding: place.label, line: place.line }, { cause: error })
  }
}
