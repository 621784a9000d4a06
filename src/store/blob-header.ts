/** @file The header of a blob on disk: what stands before the payload, so that encryption at rest will need no new format. */
import assert from "node:assert/strict"

/** magic "QSB1" · format uint16 · header length uint16 · key id 16 bytes (zero: not encrypted) · payload length uint64; little-endian. */
export const blobHeaderBytes = 32

const magic = Buffer.from("QSB1", "latin1")
const format = 1

export type BlobHeader = { readonly payloadBytes: number }

export function encodeBlobHeader({ payloadBytes }: BlobHeader): Buffer {
  assert(Number.isSafeInteger(payloadBytes) && payloadBytes >= 0)
  const bytes = Buffer.alloc(blobHeaderBytes)
  magic.copy(bytes)
  bytes.writeUInt16LE(format, 4)
  bytes.writeUInt16LE(blobHeaderBytes, 6)
  bytes.writeBigUInt64LE(BigInt(payloadBytes), 24)
  return bytes
}

/** The header, or what is wrong with it. */
export function decodeBlobHeader(bytes: Buffer): BlobHeader | string {
  if (bytes.length < blobHeaderBytes) return `its header has ${bytes.length} of ${blobHeaderBytes} bytes`
  if (!bytes.subarray(0, 4).equals(magic)) return "it does not begin as a blob does"
  if (bytes.readUInt16LE(4) !== format) return `its format is ${bytes.readUInt16LE(4)}, not ${format}`
  if (bytes.readUInt16LE(6) !== blobHeaderBytes)
    return `its header says that it has ${bytes.readUInt16LE(6)} bytes`
  if (bytes.subarray(8, 24).some((byte) => byte !== 0)) return "it is encrypted with an unknown key"
  const payloadBytes = Number(bytes.readBigUInt64LE(24))
  return Number.isSafeInteger(payloadBytes) ? { payloadBytes } : "its length is beyond 2^53"
}
