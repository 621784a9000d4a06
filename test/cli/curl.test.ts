/** @file The printed curl, pasted into a real shell: what the shell hands to curl is what was meant. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { test } from "node:test"

import fc from "fast-check"

import { curlText } from "../../src/cli/curl.ts"

/** A shell in which `curl` prints its words, each ended by a NUL. */
function wordsOf(command: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}\n`
  const { stdout, status, stderr } = spawnSync("sh", [], { input: script, encoding: "utf8" })
  assert.equal(status, 0, stderr)
  return stdout.split("\0").slice(0, -1)
}

test("a shell hands over the address, the headers and the row as they were meant, whatever is in them", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "'", '"', "\\", "$", "`", "\n", " ", "石", "!", ";") })
  const cell = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null))
  fc.assert(
    fc.property(text, fc.dictionary(text, cell, { noNullPrototype: true }), (endpoint, row) => {
      const words = wordsOf(curlText({ url: "http://127.0.0.1:7070", endpoint, key: "k", row }))
      assert.deepEqual(words.slice(0, 2), [
        "-s",
        `http://127.0.0.1:7070/api/v1/endpoints/${encodeURIComponent(endpoint)}/predict`,
      ])
      assert.deepEqual(words.slice(2, 6), [
        "-H",
        "authorization: Bearer k",
        "-H",
        "content-type: application/json",
      ])
      assert.deepEqual(JSON.parse(words[7] ?? ""), JSON.parse(JSON.stringify({ rows: [row] })))
    }),
    { numRuns: 50 },
  )
})

test("without keys there is no authorization header", () => {
  const command = curlText({ url: "http://h", endpoint: "e", key: null, row: {} })
  assert.equal(command.includes("authorization"), false)
})
