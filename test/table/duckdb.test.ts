/** @file The sandbox: what a statement must not reach, it does not reach. */
import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { mkdir, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"

import { openSandbox, sqlName, sqlText } from "../../src/table/duckdb.ts"
import { jobFolder } from "./job-folder.ts"

const memoryBytes = 500_000_000

test("a sandbox reads and writes its own folder, and nothing else", async (t) => {
  const outside = await jobFolder(t)
  const folder = join(outside, "job")
  await mkdir(folder)
  await writeFile(join(outside, "secret.csv"), "a\n1\n")
  const sandbox = await openSandbox({ folder, memoryBytes, threads: 1 })
  t.after(() => sandbox.close())
  const inside = sqlText(join(sandbox.folder, "own.csv"))
  await sandbox.run(`COPY (SELECT 7 AS seven) TO ${inside} (FORMAT csv)`)
  assert.deepEqual(await sandbox.rows(`SELECT * FROM read_csv(${inside})`), [[7n]])
  const escaped = join(outside, "escaped")
  const refused = [
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM glob('/etc/*')",
    `SELECT * FROM read_csv(${sqlText(join(outside, "secret.csv"))})`,
    `SELECT * FROM read_csv(${sqlText(join(folder, "..", "secret.csv"))})`,
    `COPY (SELECT 1) TO ${sqlText(`${escaped}.csv`)}`,
    `EXPORT DATABASE ${sqlText(escaped)}`,
    `ATTACH ${sqlText(`${escaped}.duckdb`)}`,
    "INSTALL httpfs",
    "LOAD httpfs",
    "SELECT * FROM read_csv('http://localhost/x.csv')",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
    "SET lock_configuration = false",
    "SET autoload_known_extensions = true",
    "SET temp_directory = '/'",
    "RESET lock_configuration",
    "PRAGMA enable_external_access = true",
  ]
  for (const sql of refused) await assert.rejects(sandbox.rows(sql), /Error: /, sql)
  assert.equal(existsSync(`${escaped}.csv`) || existsSync(escaped) || existsSync(`${escaped}.duckdb`), false)
})

test("a folder that is reached by a link is opened by its real path", async (t) => {
  const outside = await jobFolder(t)
  await mkdir(join(outside, "job"))
  await symlink(join(outside, "job"), join(outside, "link"))
  const sandbox = await openSandbox({ folder: join(outside, "link"), memoryBytes, threads: 1 })
  t.after(() => sandbox.close())
  assert.ok(sandbox.folder.endsWith("job"))
  await sandbox.run(`COPY (SELECT 1) TO ${sqlText(join(sandbox.folder, "x.csv"))}`)
  assert.ok(existsSync(join(outside, "job", "x.csv")))
})

test("times are UTC, and what does not fit into memory is spilled into the folder", async (t) => {
  const sandbox = await openSandbox({ folder: await jobFolder(t), memoryBytes: 40_000_000, threads: 1 })
  t.after(() => sandbox.close())
  assert.deepEqual(await sandbox.rows("SELECT current_setting('TimeZone')"), [["UTC"]])
  const rows = await sandbox.rows(
    "SELECT count(*), max(v) FROM (SELECT hash(i) AS v FROM range(8000000) t(i) ORDER BY v LIMIT 7000000)",
  )
  assert.equal(rows[0]?.[0], 7_000_000n)
})

test("names and texts are quoted", async (t) => {
  const sandbox = await openSandbox({ folder: await jobFolder(t), memoryBytes, threads: 1 })
  t.after(() => sandbox.close())
  const name = `a"b'; DROP TABLE x --`
  assert.deepEqual(
    await sandbox.rows(`SELECT ${sqlName(name)} FROM (SELECT ${sqlText(name)} AS ${sqlName(name)})`),
    [[name]],
  )
})
