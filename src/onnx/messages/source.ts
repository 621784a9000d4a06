/** @file Reads protobuf messages from bytes that nobody vouches for: every length is checked before it is used, every count has a limit. */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire"

import type { ByteList } from "./byte-list.ts"

/** Bounds of one file. Sized for the largest networks in use; each keeps what a hostile file can make us allocate near its own size. */
export const decodeLimits = Object.freeze({
  bytesMax: 2 ** 31 - 1,
  /** Messages, each by its weight: an empty node is two bytes on the wire and about a hundred in memory, an empty tensor six times that. */
  partsMax: 600_000,
  textsMax: 4_000_000,
  depthMax: 64,
  dimensionsMax: 64,
})

/** A cursor over one file; the reading methods read the field that `message` is at. Throws UnreadableError. */
export class Source {
  readonly #reader: BinaryReader
  #end: number
  #field = 0
  #wireType: WireType = WireType.LengthDelimited
  #depth = 0
  #partCount = 0
  #textCount = 0

  constructor(bytes: Uint8Array) {
    this.#reader = new BinaryReader(bytes)
    this.#end = bytes.length
  }

  /** Calls `visit` for each field of the whole file. */
  root(visit: (field: number) => void): void {
    this.#fields(visit)
  }

  /** Calls `visit` for each field of the message in the current field; `weight` is what it costs in memory beside a node. */
  message(visit: (field: number) => void, weight = 1): void {
    this.#expect(WireType.LengthDelimited)
    this.#partCount += weight
    if (this.#partCount > decodeLimits.partsMax) this.fail("it has too many parts")
    if (this.#depth === decodeLimits.depthMax) this.fail("it is nested too deeply")
    const outerEnd = this.#end
    this.#end = this.#lengthEnd()
    this.#depth++
    this.#fields(visit)
    this.#depth--
    this.#end = outerEnd
  }

  skip(): void {
    this.#reader.skip(this.#wireType, this.#field)
  }

  /** UTF-8, strictly. */
  text(): string {
    this.#expect(WireType.LengthDelimited)
    this.#textCount++
    if (this.#textCount > decodeLimits.textsMax) this.fail("it has too many texts")
    return this.#reader.string(true)
  }

  /** A view into the file, not a copy. */
  bytes(): Uint8Array {
    this.#expect(WireType.LengthDelimited)
    return this.#reader.bytes()
  }

  int64(): bigint {
    this.#expect(WireType.Varint)
    return BigInt(this.#reader.int64())
  }

  /** An int64 that must be a whole number that JavaScript holds exactly. */
  integer(): number {
    const value = this.int64()
    if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) this.fail(`${value} is too large`)
    return Number(value)
  }

  float(): number {
    this.#expect(WireType.Bit32)
    return this.#reader.float()
  }

  /** Appends repeated int64 or uint64 values, packed or not, 8 bytes each. */
  int64sInto(list: ByteList): ByteList {
    this.#varints(() => list.int64(BigInt(this.#reader.int64())))
    return list
  }

  /** Appends repeated int32 values, packed or not, 4 bytes each. */
  int32sInto(list: ByteList): ByteList {
    this.#varints(() => list.int32(this.#reader.int32()))
    return list
  }

  /** Appends repeated float values, packed or not, 4 bytes each. */
  floatsInto(list: ByteList): ByteList {
    this.#fixed(list, WireType.Bit32)
    return list
  }

  /** Appends repeated double values, packed or not, 8 bytes each. */
  doublesInto(list: ByteList): ByteList {
    this.#fixed(list, WireType.Bit64)
    return list
  }

  fail(reason: string): never {
    throw new UnreadableError(reason)
  }

  #fields(visit: (field: number) => void): void {
    while (this.#reader.pos < this.#end) {
      const [field, wireType] = this.#reader.tag()
      this.#field = field
      this.#wireType = wireType
      visit(field)
      if (this.#reader.pos > this.#end) this.fail(`field ${field} reaches beyond its message`)
    }
  }

  #varints(readOne: () => void): void {
    if (this.#wireType === WireType.Varint) {
      readOne()
      return
    }
    this.#expect(WireType.LengthDelimited)
    const end = this.#lengthEnd()
    while (this.#reader.pos < end) readOne()
    if (this.#reader.pos !== end) this.fail(`field ${this.#field} is cut off`)
  }

  #fixed(list: ByteList, single: WireType.Bit32 | WireType.Bit64): void {
    const width = single === WireType.Bit32 ? 4 : 8
    const values = this.#wireType === single ? this.#reader.skip(single, this.#field) : this.bytes()
    if (values.length % width !== 0) this.fail(`field ${this.#field} is cut off`)
    list.bytes(values)
  }

  #lengthEnd(): number {
    const length = this.#reader.uint32()
    const end = this.#reader.pos + length
    if (end > this.#end) this.fail(`field ${this.#field} reaches beyond its message`)
    return end
  }

  #expect(wireType: WireType): void {
    if (this.#wireType !== wireType) this.fail(`field ${this.#field} is of the wrong kind`)
  }
}

/** Ours, for rules of our own; the wire format's errors come from its library. */
export class UnreadableError extends Error {}
