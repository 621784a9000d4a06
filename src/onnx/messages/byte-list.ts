/** @file Numbers of unknown count, gathered as little-endian bytes: a fifth of the memory of an array of them, and ready to be a tensor. */

const noBytes: Uint8Array<ArrayBuffer> = new Uint8Array(0)
const noView = new DataView(noBytes.buffer)

export class ByteList {
  #bytes = noBytes
  #view = noView
  #length = 0

  get length(): number {
    return this.#length
  }

  bytes(values: Uint8Array): void {
    this.#reserve(values.length)
    this.#bytes.set(values, this.#length)
    this.#length += values.length
  }

  int32(value: number): void {
    this.#reserve(4)
    this.#view.setInt32(this.#length, value, true)
    this.#length += 4
  }

  int64(value: bigint): void {
    this.#reserve(8)
    this.#view.setBigInt64(this.#length, value, true)
    this.#length += 8
  }

  /** A copy in a buffer of its own. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  /** Each value of `fromBytes` bytes cut to its lowest `toBytes` ones. */
  takeNarrowed(fromBytes: number, toBytes: number): Uint8Array<ArrayBuffer> {
    const narrowed = new Uint8Array((this.#length / fromBytes) * toBytes)
    for (let from = 0, to = 0; from < this.#length; from += fromBytes, to += toBytes)
      narrowed.set(this.#bytes.subarray(from, from + toBytes), to)
    return narrowed
  }

  #reserve(byteCount: number): void {
    const needed = this.#length + byteCount
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2, 16))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}
