/** @file The catalogues of errors and sentences: complete in both languages, placeholders equal, every code raised in a test. */
import assert from "node:assert/strict"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"

import { type ErrorRow, errorCatalogue, fault, isErrorCode, isFault } from "../../src/base/errors.ts"

const root = fileURLToPath(new URL("../../../", import.meta.url))

test("every error says what happened and what to do, in both languages, with the same placeholders", () => {
  for (const [code, row] of Object.entries<ErrorRow>(errorCatalogue)) {
    assert.match(code, /^[A-Z][A-Z0-9_]+$/)
    assert.deepEqual(placeholders(row.zh), placeholders(row.en), code)
    assert.match(row.zh, /\p{Script=Han}/u, code)
    assert.match(row.en, /[.?]$/, `${code}: a sentence ends`)
  }
})

test("a fault has its parameters in its sentence and speaks both languages", () => {
  const error = fault("CONFIG_INVALID", { name: "A", got: "B", expected: "C" })
  assert.equal(error.message, "A is B, but must be C. Correct it or remove it to use the default.")
  assert.match(error.in("zh"), /A 的值是 B/)
  assert.ok(isErrorCode(error.code))
  assert.deepEqual([isFault(error, "CONFIG_INVALID"), isFault(error, "INTERNAL")], [true, false])
})

test("every code of the catalogue is raised in a test", async () => {
  const texts = await Promise.all((await testFiles()).map((path) => readFile(path, "utf8")))
  const all = texts.join("\n")
  const missing = Object.keys(errorCatalogue).filter((code) => !all.includes(`"${code}"`))
  assert.deepEqual(missing, [])
})

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort()
}

async function testFiles(): Promise<string[]> {
  const entries = await readdir(join(root, "test"), { recursive: true, withFileTypes: true })
  return entries
    .filter(
      (entry) => entry.isFile() && entry.name !== "errors.test.ts" && isTest(entry.name, entry.parentPath),
    )
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Vectors are tests of every client, and of ours. */
function isTest(name: string, folder: string): boolean {
  return name.endsWith(".test.ts") || (name.endsWith(".json") && folder.endsWith("vectors"))
}
