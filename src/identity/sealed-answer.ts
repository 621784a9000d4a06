/** @file Answers that hold a secret, kept so that only who sent the request can read them again. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto"

import { z } from "zod"

import type { JsonValue } from "../store/index.ts"

const algorithm = "aes-256-gcm"
const ivBytes = 12
const tagBytes = 16
const sealedSchema = z.object({ sealed: z.base64() })
const jsonSchema = z.json()

/** AES-256-GCM under a key of `secret`, which the request carries and no table holds: the caller's API key. */
export function sealAnswer(body: JsonValue, secret: string): JsonValue {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv(algorithm, keyOf(secret), iv)
  const content = Buffer.concat([cipher.update(JSON.stringify(body), "utf8"), cipher.final()])
  return { sealed: Buffer.concat([iv, cipher.getAuthTag(), content]).toString("base64") }
}

/** Null when another secret sealed it. */
export function openAnswer(kept: unknown, secret: string): JsonValue | null {
  const parsed = sealedSchema.safeParse(kept)
  if (!parsed.success) return null
  const bytes = Buffer.from(parsed.data.sealed, "base64")
  if (bytes.length < ivBytes + tagBytes) return null
  const decipher = createDecipheriv(algorithm, keyOf(secret), bytes.subarray(0, ivBytes))
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
  try {
    const content = Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()])
    return jsonSchema.parse(JSON.parse(content.toString("utf8")))
  } catch {
    return null
  }
}

/** HKDF (RFC 5869); the secret is a key of 256 random bits already. */
function keyOf(secret: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, "", "quernstone idempotent answer", 32))
}
