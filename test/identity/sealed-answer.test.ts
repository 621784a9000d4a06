/** @file What is kept of an answer with a secret can be read with the caller's own secret only. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { openAnswer, sealAnswer } from "../../src/identity/sealed-answer.ts"

const answer = { id: "1", key: "qst_secret", scopes: ["read"], expiresAt: null }

test("an answer is opened by the secret that sealed it, and by no other", () => {
  const kept = sealAnswer(answer, "Bearer one")
  assert.deepEqual(openAnswer(kept, "Bearer one"), answer)
  assert.equal(openAnswer(kept, "Bearer two"), null)
  assert.doesNotMatch(JSON.stringify(kept), /qst_|secret|read/)
})

test("the same answer is sealed differently each time, and a changed one does not open", () => {
  const kept = sealAnswer(answer, "s")
  assert.notDeepEqual(sealAnswer(answer, "s"), kept)
  for (const other of [null, {}, { sealed: "AAAA" }, { sealed: "not base64!" }, answer])
    assert.equal(openAnswer(other, "s"), null)
  const text = JSON.stringify(kept)
  const last = text.at(-4) === "A" ? "B" : "A"
  assert.equal(openAnswer(JSON.parse(`${text.slice(0, -10)}${last}${text.slice(-9)}`), "s"), null)
})
