/** @file The log keeps secrets out, wherever in a line they stand. */
import assert from "node:assert/strict"
import { Writable } from "node:stream"
import { test } from "node:test"

import { createLog, redactSecrets } from "../../src/base/log.ts"

const key = `qst_AbCd1234_${"k".repeat(43)}`

test("secrets are blotted out by field name and inside texts", () => {
  let written = ""
  const destination = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk)
      done()
    },
  })
  const log = createLog({ level: "info", destination })
  log.info({ password: "hunter2", request: { authorization: "Bearer x" } }, `called with ${key}`)
  log.info({ url: "postgresql://app:hunter2@db/quernstone" }, "connecting")
  assert.ok(!written.includes("hunter2") && !written.includes(key) && !written.includes("Bearer x"), written)
  assert.equal(JSON.parse(written.split("\n")[0] ?? "").level, "info")
})

test("access lines are whole JSON, and come before what is logged after them", () => {
  const { destination, written } = memory()
  const log = createLog({ level: "info", destination })
  const line = { requestId: "r", method: "GET", route: "/a/:b", status: 200, durationMs: 1.5, keyId: null }
  log.access(line)
  log.info({}, "later")
  const [first = "", second = ""] = written().split("\n")
  const { time, level, message, ...fields } = JSON.parse(first)
  assert.deepEqual(fields, line)
  assert.deepEqual([level, message, JSON.parse(second).message], ["info", "request", "later"])
  assert.match(time, /^\d{4}-/)
})

test("access lines are not written below level info", () => {
  const { destination, written } = memory()
  const log = createLog({ level: "warn", destination })
  log.access({ requestId: "r", method: "GET", route: "/", status: 200, durationMs: 1, keyId: null })
  log.flush()
  assert.equal(written(), "")
})

test("a text without secrets stays as it is", () => {
  assert.equal(redactSecrets("http://localhost:7070/a@b qst_ short"), "http://localhost:7070/a@b qst_ short")
})

function memory() {
  const lines: string[] = []
  return { destination: { write: (line: string) => void lines.push(line) }, written: () => lines.join("") }
}
