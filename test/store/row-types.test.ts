/** @file The row types in the repository are those of the migrated database. */
import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { test } from "node:test"

import { generateRowTypes } from "../../src/store/row-types.ts"
import { testStore } from "../database.ts"

const generatedFile = new URL("../../../src/store/generated/rows.ts", import.meta.url)

test("src/store/generated/rows.ts is what the schema says", async (t) => {
  const { ownerClient } = await testStore(t)
  const fresh = await generateRowTypes(ownerClient)
  assert.equal(fresh, await readFile(generatedFile, "utf8"), "run scripts/generate-row-types")
})

test("defaults, nulls, checks and json become types", async (t) => {
  const { ownerClient } = await testStore(t)
  await ownerClient.query(`create table sample (
    required text not null, optional bigint, defaulted boolean not null default true,
    counted bigint generated always as identity, choice text check (choice in ('it''s', 'b')), document jsonb
  )`)
  const types = await generateRowTypes(ownerClient)
  const sample = types.slice(
    types.indexOf("type SampleTable"),
    types.indexOf("}", types.indexOf("type SampleTable")),
  )
  assert.deepEqual(sample.split("\n").slice(1, -1), [
    "  required: string",
    "  optional: number | null",
    "  defaulted: Generated<boolean>",
    "  counted: GeneratedAlways<number>",
    `  choice: "it's" | "b" | null`,
    "  document: NullableJson",
  ])
  await ownerClient.query("alter table sample add column strange point")
  await assert.rejects(generateRowTypes(ownerClient), /sample.strange: no TypeScript type for point/)
})
