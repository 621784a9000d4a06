/** @file The command that removes everything names everything, and never a folder that is not ours. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"

import { removalCommand } from "../../src/cli/leftovers.ts"

test("pasted into a shell it removes the data folder and PostgreSQL's folder outside, and nothing beside them", async (t) => {
  const parent = await temporaryFolder(t)
  const data = join(parent, "my data; it's here")
  const outside = join(parent, "system", "pg-0123456789abcdef")
  await mkdir(data)
  await mkdir(join(outside, "pg"), { recursive: true })
  await writeFile(join(data, "pg-location"), `${join(outside, "pg")}\n`)
  const { status, stderr } = spawnSync("sh", [], { input: await removalCommand(data), encoding: "utf8" })
  assert.equal(status, 0, stderr)
  assert.deepEqual(
    [existsSync(data), existsSync(outside), existsSync(join(parent, "system"))],
    [false, false, true],
  )
})

test("without a note only the data folder is named", async (t) => {
  const data = await temporaryFolder(t)
  assert.equal(await removalCommand(data), `rm -rf ${data}`)
})

for (const note of [
  "x",
  "pg",
  "/",
  "/pg",
  "..",
  "/etc/pg",
  "/home/me/pg-data/pg",
  "/var/../pg-0123456789abcdef/pg",
])
  test(`a damaged note (${note}) names no folder that is not ours`, async (t) => {
    const data = await temporaryFolder(t)
    await writeFile(join(data, "pg-location"), note)
    assert.equal(await removalCommand(data), `rm -rf ${data}`)
  })

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "quernstone-leftovers-"))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}
