/** @file Migrations: once each, in order, whole or not at all; what does not fit the database is refused. */
import assert from "node:assert/strict"
import { cp, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { fileURLToPath } from "node:url"

import { systemClock } from "../../src/base/clock.ts"
import { type ErrorCode, isFault } from "../../src/base/errors.ts"
import { defaultLimits } from "../../src/base/limits.ts"
import { connectClient } from "../../src/store/connect.ts"
import { openStore } from "../../src/store/database.ts"
import { migrate, pendingMigrations, printMigrations, readMigrations } from "../../src/store/migrate.ts"
import { silentLog, temporaryDataFolder, testDatabase } from "../database.ts"

const packagedFolder = fileURLToPath(new URL("../../../sql", import.meta.url))
const raises = (code: ErrorCode) => (error: unknown) => isFault(error, code)

/** A migrated database, and a copy of the migrations to add to and to tamper with. */
async function setUp(t: TestContext) {
  const { ownerUrl, appUrl } = await testDatabase(t)
  const folder = join(await temporaryDataFolder(t), "sql")
  await cp(packagedFolder, folder, { recursive: true })
  const count = (await readMigrations(folder)).length
  const add = (number: number, name: string, sql: string) =>
    writeFile(join(folder, `${String(number).padStart(6, "0")}_${name}.sql`), sql)
  const run = () => migrate({ ownerUrl, log: silentLog, folder })
  const ask = async <Row>(text: string): Promise<Row[]> => {
    const client = await connectClient(ownerUrl, { name: "test" })
    return client
      .query(text)
      .then(({ rows }) => rows)
      .finally(() => client.end())
  }
  return { ownerUrl, appUrl, folder, first: 900_000 + count, add, run, ask }
}

test("the migrations of the package are found from the compiled code", async () => {
  const migrations = await readMigrations()
  assert.equal(migrations[0]?.name, "000001_init.sql")
  assert.deepEqual(
    migrations.map(({ number }) => number),
    migrations.map(({ number }) => number).sort((a, b) => a - b),
  )
})

test("only what is new runs, in order, and is recorded", async (t) => {
  const { first, add, run, ask } = await setUp(t)
  assert.deepEqual(await run(), [])
  await add(first + 1, "second", "insert into made values (2);")
  await add(first, "first", "create table made (x integer); insert into made values (1);")
  assert.deepEqual(await run(), [`${first}_first.sql`, `${first + 1}_second.sql`])
  assert.deepEqual(await run(), [])
  assert.deepEqual(await ask("select x from quernstone.made order by x"), [{ x: 1 }, { x: 2 }])
})

test("a migration that fails leaves nothing of itself, and those before it stay", async (t) => {
  const { first, add, run, ask } = await setUp(t)
  await add(first, "good", "create table good (x integer);")
  await add(first + 1, "bad", "create table half (x integer); select 1 / 0;")
  await assert.rejects(
    run(),
    (error) => isFault(error, "MIGRATION_FAILED") && /bad.*division by zero/.test(error.message),
  )
  assert.deepEqual(await ask("select to_regclass('good') is not null as good, to_regclass('half') as half"), [
    { good: true, half: null },
  ])
  await add(first + 1, "bad", "create table whole (x integer);")
  assert.deepEqual(await run(), [`${first + 1}_bad.sql`])
})

test("an edited migration and one that slipped in before others are refused", async (t) => {
  const { folder, first, add, run } = await setUp(t)
  await add(first + 1, "last", "select 1;")
  await run()
  await add(first, "late", "select 2;")
  await assert.rejects(run(), raises("MIGRATION_CHANGED"))
  await rm(join(folder, `${first}_late.sql`))
  assert.deepEqual(await run(), [])
  await add(first + 1, "last", "select 1; -- edited")
  await assert.rejects(run(), raises("MIGRATION_CHANGED"))
})

test("a database of a newer Quernstone is refused, by migrate and by the store", async (t) => {
  const { appUrl, folder, first, add, run } = await setUp(t)
  await add(first, "newer", "select 1;")
  await run()
  await rename(join(folder, `${first}_newer.sql`), join(folder, "gone"))
  await assert.rejects(run(), raises("MIGRATION_UNKNOWN"))
  await assert.rejects(open(appUrl), raises("MIGRATION_UNKNOWN"))
})

test("a database that lacks migrations is refused by the store, which says how many", async (t) => {
  const { appUrl, ask } = await setUp(t)
  await ask("delete from quernstone_server.schema_migration")
  const count = (await readMigrations()).length
  await assert.rejects(
    open(appUrl),
    (error) => isFault(error, "MIGRATIONS_PENDING") && error.parameters.count === count,
  )
})

test("two that migrate at once do the work once", async (t) => {
  const { first, add, run } = await setUp(t)
  await add(first, "slow", "create table made (x integer); select pg_sleep(0.1);")
  const done = await Promise.all([run(), run(), run()])
  assert.deepEqual(done.flat(), [`${first}_slow.sql`])
})

test("what is printed for an administrator has roles, every migration and its record", async (t) => {
  const { ownerUrl } = await setUp(t)
  const text = await printMigrations()
  for (const { name, sql, sha256 } of await readMigrations()) {
    assert(text.includes(sql))
    assert(text.includes(`'${name}', '${sha256}'`))
  }
  assert.match(text, /create role quernstone_app login noinherit/)
  // The part after the roles runs as it stands, on a database that has the schemas only.
  const client = await connectClient(ownerUrl, { name: "test" })
  t.after(() => client.end())
  await client.query(
    "drop schema quernstone cascade; drop schema quernstone_server cascade; drop schema if exists pgboss cascade",
  )
  await client.query("create schema quernstone; create schema quernstone_server")
  await client.query(text.slice(text.indexOf("set role quernstone_owner")))
  assert.deepEqual(await pendingMigrations(client), [])
})

function open(appUrl: string) {
  return openStore({
    source: { kind: "url", appUrl },
    limits: defaultLimits,
    log: silentLog,
    clock: systemClock,
  })
}
