/** @file The text of an API key: `qst_`, eight characters that are shown to people, `_`, and 256 secret bits as base64url. */
import { createHash, randomBytes } from "node:crypto"

export type ApiKeyText = {
  /** The whole key; it is shown once and never stored. */
  readonly key: string
  /** The eight characters after `qst_`: names the key in lists and logs, not secret. */
  readonly displayId: string
  /** 32 bytes; the key has 256 random bits, so that no slow hash is needed. */
  readonly sha256: Buffer
}

const pattern = /^qst_([A-Za-z0-9]{8})_[A-Za-z0-9_-]{43}$/
/** 32 letters and digits that people do not take for one another. */
const displayCharacters = "abcdefghijkmnpqrstuvwxyz23456789"
const displayLength = 8
const secretLength = 32

export function generateApiKey(random: (length: number) => Uint8Array = randomBytes): ApiKeyText {
  const displayId = Array.from(random(displayLength), (byte) =>
    displayCharacters.charAt(byte % displayCharacters.length),
  ).join("")
  const key = `qst_${displayId}_${Buffer.from(random(secretLength)).toString("base64url")}`
  return { key, displayId, sha256: hashApiKey(key) }
}

/** Null when the text does not have the form of a key; whether it is one of ours only the database knows. */
export function parseApiKey(text: string): ApiKeyText | null {
  const displayId = pattern.exec(text)?.[1]
  return displayId === undefined ? null : { key: text, displayId, sha256: hashApiKey(text) }
}

export function hashApiKey(key: string): Buffer {
  return createHash("sha256").update(key, "latin1").digest()
}
