/** @file Identifiers: RFC 9562's own example, order by time, names of any script. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { namePattern, newIdentifier, uuidv7 } from "../../src/base/identifiers.ts"

test("the example of RFC 9562, appendix A.6", () => {
  const random = Buffer.from("0cc398c4dc0c0c07398f", "hex")
  assert.match(uuidv7(0x017f22e279b0, random), /^017f22e2-79b0-7cc3-98c4-dc0c0c07398f$/)
})

test("later identifiers sort after earlier ones", () => {
  const at = (nowMs: number) => newIdentifier({ nowMs: () => nowMs, monotonicMs: () => 0 })
  assert.ok(at(1_000) < at(1_001))
})

test("names may have letters of any script and nothing that breaks a path", () => {
  for (const name of ["iris", "航班延误", "a", "v1.2_x-y", "été"]) assert.match(name, namePattern)
  for (const name of ["", ".", "..", "-a", "a/b", "a b", "a\u0000", "x".repeat(101), "a.", "%41"])
    assert.doesNotMatch(name, namePattern)
})
