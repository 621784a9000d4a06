/** @file Imports point one way: checked over the real tree, and with a planted fault for every rule. */
import assert from "node:assert/strict"
import { readdir, readFile } from "node:fs/promises"
import { join, relative } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"

import { layerViolations, readLayers } from "../scripts/layers.ts"

const source = fileURLToPath(new URL("../../src", import.meta.url))
const layersFile = join(source, "layers.json")

test("every import of src/ follows src/layers.json", async () => {
  const entries = await readdir(source, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))
  const files = await Promise.all(
    paths.map(async (path) => ({ path: relative(source, path), text: await readFile(path, "utf8") })),
  )
  assert.ok(files.length > 50, `read only ${files.length} files`)
  assert.deepEqual(layerViolations(files, await readLayers(layersFile)), [])
})

const planted: readonly { name: string; path: string; text: string; expected: RegExp }[] = [
  {
    name: "an import upwards",
    path: "onnx/builder.ts",
    text: 'import { Serving } from "../serve/index.ts"',
    expected: /onnx may not import serve/,
  },
  {
    name: "a type-only import upwards",
    path: "table/table.ts",
    text: 'import type { Signature } from "../prepare/signature.ts"',
    expected: /table may not import prepare/,
  },
  {
    name: "a door into another door",
    path: "doors/native/routes.ts",
    text: 'import { readTensors } from "../inference/tensors.ts"',
    expected: /doors\/native may not import doors\/inference/,
  },
  {
    name: "a re-export upwards",
    path: "base/errors.ts",
    text: 'export { openStore } from "../store/index.ts"',
    expected: /base may not import store/,
  },
  {
    name: "a dynamic import upwards",
    path: "engine/session.ts",
    text: 'const train = await import("../train/index.ts")',
    expected: /engine may not import train/,
  },
  {
    name: "an import past a room's index",
    path: "train/fit.ts",
    text: 'import { insertModelVersion } from "../registry/sql.ts"',
    expected: /registry is entered by its index/,
  },
  { name: "an unknown folder", path: "utils/strings.ts", text: "", expected: /not in src\/layers\.json/ },
]

for (const { name, path, text, expected } of planted)
  test(`${name} is found`, async () => {
    const violations = layerViolations([{ path, text }], await readLayers(layersFile))
    assert.equal(violations.length, 1)
    assert.match(violations[0] ?? "", expected)
  })

test("a cycle in the table is found", () => {
  assert.match(layerViolations([], { a: ["b"], b: ["a"] })[0] ?? "", /cycle/)
})
