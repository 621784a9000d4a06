/** @file Identifiers: UUIDv7 (RFC 9562, section 5.7), made here because PostgreSQL before 18 cannot. */
import { randomBytes } from "node:crypto"

import type { Clock } from "./clock.ts"

/** 48 bits of Unix milliseconds, then version, variant and 74 random bits. `random` has 10 bytes. */
export function uuidv7(nowMs: number, random: Uint8Array): string {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(nowMs, 0, 6)
  bytes.set(random.subarray(0, 10), 6)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

export function newIdentifier(clock: Clock): string {
  return uuidv7(clock.nowMs(), randomBytes(10))
}

/** Names that people give: letters and digits of any script, `-`, `_` and `.` inside, 1 to 100 characters. */
export const namePattern = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}._-]{0,98}[\p{L}\p{N}\p{M}])?$/u
