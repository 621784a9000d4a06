/** @file Names as people type them. */
import assert from "node:assert/strict"
import { test } from "node:test"

import fc from "fast-check"

import { namePattern } from "../../src/base/identifiers.ts"
import { Failure } from "../../src/cli/failure.ts"
import { nameOfFile, parseReference } from "../../src/cli/names.ts"
import { openTerminal } from "../../src/cli/terminal.ts"

const quiet = { write: () => true }
const terminal = openTerminal({ stdout: quiet, stderr: quiet, language: "en", isJson: false })

test("a file's name without its endings is a dataset's name", () => {
  assert.equal(nameOfFile("/data/flights_late.csv"), "flights_late")
  assert.equal(nameOfFile("Sales (2026).CSV.gz"), "Sales_2026")
  assert.equal(nameOfFile("航班 数据.csv"), "航班_数据")
  assert.equal(nameOfFile("???.csv"), "data")
})

test("whatever a file is called, the name is one that the server takes", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (file) => namePattern.test(nameOfFile(file))))
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (file) => namePattern.test(nameOfFile(file))))
})

test("a reference is a name, or a name and a version", () => {
  assert.deepEqual(parseReference("flights", terminal), { name: "flights", version: "latest" })
  assert.deepEqual(parseReference("flights:12", terminal), { name: "flights", version: 12 })
  assert.deepEqual(parseReference("flights:latest", terminal), { name: "flights", version: "latest" })
  for (const wrong of ["flights:0", "flights:x", ":1", "a:1:2"])
    assert.throws(
      () => parseReference(wrong, terminal),
      (error) => error instanceof Failure && error.exit === 2,
    )
})
