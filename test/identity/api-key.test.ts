/** @file The text of keys: made, read back, hashed; and what a principal may do. */
import assert from "node:assert"
import { test } from "node:test"

import fc from "fast-check"

import { isFault } from "../../src/base/errors.ts"
import { redactSecrets } from "../../src/base/log.ts"
import {
  expandScopes,
  generateApiKey,
  mayPredict,
  openPrincipal,
  type Principal,
  parseApiKey,
  requirePredict,
  requireScope,
} from "../../src/identity/index.ts"

test("a made key has its form, is read back with its parts, and is blotted out of logs", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 40, maxLength: 40 }), (bytes) => {
      const made = generateApiKey((length) => (length === 8 ? bytes.subarray(0, 8) : bytes.subarray(8)))
      assert.match(made.key, /^qst_[a-z2-9]{8}_[A-Za-z0-9_-]{43}$/)
      assert.deepStrictEqual(parseApiKey(made.key), made)
      assert.strictEqual(redactSecrets(`key ${made.key}`), "key [redacted]")
    }),
  )
  assert.notStrictEqual(generateApiKey().key, generateApiKey().key)
})

test("the hash of a key is the SHA-256 of its whole text", () => {
  // Recorded with sha256sum (GNU coreutils 9.1).
  const parsed = parseApiKey(`qst_abcdefgh_${"A".repeat(43)}`)
  assert.strictEqual(parsed?.displayId, "abcdefgh")
  assert.strictEqual(
    parsed.sha256.toString("hex"),
    "a3956eb65bfebf3318c00d2feac788758ddf2287bfc5b49adfcc74e135ed85be",
  )
})

test("what is not whole is no key", () => {
  const { key } = generateApiKey()
  for (const text of [
    "",
    key.slice(0, -1),
    `${key}A`,
    ` ${key}`,
    `${key}\n`,
    key.replace("qst_", "qsx_"),
    key.replace(/.$/, "!"),
  ])
    assert.strictEqual(parseApiKey(text), null, text)
})

test("admin includes all scopes, write includes read, predict stands apart", () => {
  assert.deepStrictEqual(expandScopes(["admin"]), new Set(["admin", "write", "read", "predict"]))
  assert.deepStrictEqual(expandScopes(["write"]), new Set(["write", "read"]))
  assert.deepStrictEqual(expandScopes(["predict"]), new Set(["predict"]))
})

test("a scope that a principal lacks is refused, with what it has", () => {
  const reader: Principal = { ...openPrincipal("w"), scopes: expandScopes(["read"]) }
  requireScope(reader, "read")
  assert.throws(
    () => requireScope(reader, "write"),
    (error) => isFault(error, "SCOPE_MISSING") && error.parameters.scopes === "read",
  )
  assert.throws(
    () => requirePredict(reader, "churn"),
    (error) => isFault(error, "SCOPE_MISSING"),
  )
})

test("a key limited to endpoints predicts with those only", () => {
  const limited: Principal = {
    ...openPrincipal("w"),
    scopes: expandScopes(["predict"]),
    endpointNames: new Set(["churn"]),
  }
  assert(mayPredict(limited, "churn"))
  assert(!mayPredict(limited, "fraud"))
  assert(mayPredict(openPrincipal("w"), "fraud"))
  assert.throws(
    () => requirePredict(limited, "fraud"),
    (error) => isFault(error, "ENDPOINT_FORBIDDEN"),
  )
})
