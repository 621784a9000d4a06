/** @file docs/model-file.md against the code: every name that the file format has is on the page. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { irVersion, opsetVersions } from "../../src/onnx/versions.ts"
import { datetimeExamples, parseDatetime } from "../../src/prepare/cells.ts"
import { fittedRecipeSchema } from "../../src/prepare/fitted-recipe.ts"
import { metadataKeys } from "../../src/prepare/outputs.ts"
import { dateParts } from "../../src/prepare/recipe.ts"
import { ignoredReasons, signatureSchema, tasks } from "../../src/prepare/signature.ts"
import { fitAll, mixedTable } from "./tables.ts"

const page = readFileSync(new URL("../../../docs/model-file.md", import.meta.url), "utf8")

test("the page names every task, key, reason, part of dates and figure of a fitted recipe", () => {
  const { fitted } = fitAll(mixedTable())
  const figures = fitted.columns.flatMap((column) => Object.keys(column))
  const names = [
    ...tasks,
    ...ignoredReasons,
    ...Object.values(metadataKeys),
    ...Object.keys(signatureSchema.shape),
    ...dateParts,
    ...figures,
  ]
  const unsaid = new Set([...Object.keys(fittedRecipeSchema.shape), "use"])
  for (const name of names)
    if (!unsaid.has(name)) assert(page.includes(`\`${name}\``), `\`${name}\` is not on the page`)
  assert(page.includes(`\`ai.onnx\` ${opsetVersions[""]}`))
  assert(page.includes(`\`ai.onnx.ml\` ${opsetVersions["ai.onnx.ml"]}, IR version ${irVersion}`))
})

test("the page shows a text of every format of dates, and all are the same day", () => {
  for (const [format, example] of Object.entries(datetimeExamples)) {
    assert(page.includes(`| \`${format}\` | \`${example}\` |`), format)
    const seconds = parseDatetime(example, ["iso", "yyyy-mm-dd", "yyyy/mm/dd", "yyyymmdd", "yyyy年m月d日"])
    assert.equal(Math.floor(seconds / 86_400), Date.UTC(2026, 10, 23) / 86_400_000)
  }
})
