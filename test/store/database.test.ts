/** @file The store: what a transaction may see, and what becomes of lost and busy databases. */
import assert from "node:assert/strict"
import { AsyncLocalStorage } from "node:async_hooks"
import { once } from "node:events"
import { test } from "node:test"

import { sql } from "kysely"
import { systemClock } from "../../src/base/clock.ts"
import { isFault } from "../../src/base/errors.ts"
import { newIdentifier } from "../../src/base/identifiers.ts"
import { defaultLimits } from "../../src/base/limits.ts"
import { connectClient, faultOfDatabase, requireServerVersion } from "../../src/store/connect.ts"
import { openStore } from "../../src/store/database.ts"
import { withParts } from "../../src/store/database-url.ts"
import { addWorkspace, silentLog, testDatabase, testStore } from "../database.ts"

test("values come back as the types say", async (t) => {
  const { store, workspaceId } = await testStore(t)
  const id = newIdentifier(systemClock)
  const startedAt = new Date("2026-11-23T12:34:56.789Z")
  const row = await store.inWorkspace(workspaceId, async (transaction) => {
    await transaction
      .insertInto("job")
      .values({
        workspace_id: workspaceId,
        id,
        kind: "test",
        arguments: JSON.stringify(["列", 1, null]),
        memory_peak_bytes: Number.MAX_SAFE_INTEGER,
        started_at: startedAt,
      })
      .execute()
    return transaction.selectFrom("job").selectAll().where("id", "=", id).executeTakeFirstOrThrow()
  })
  assert.deepEqual(row.arguments, ["列", 1, null])
  assert.equal(row.memory_peak_bytes, Number.MAX_SAFE_INTEGER)
  assert.deepEqual(row.started_at, startedAt)
  assert.equal(row.created_at.getTime() % 1, 0)
  assert.equal(row.state, "queued")
  assert.equal(row.result, null)
})

test("a time that was read finds its row again", async (t) => {
  const { store, workspaceId } = await testStore(t)
  const found = await store.inWorkspace(workspaceId, async (transaction) => {
    const { created_at } = await transaction
      .selectFrom("workspace")
      .select("created_at")
      .executeTakeFirstOrThrow()
    return transaction.selectFrom("workspace").select("name").where("created_at", "=", created_at).execute()
  })
  assert.deepEqual(found, [{ name: "test" }])
})

test("a bigint beyond 2^53 is refused, not rounded", async (t) => {
  const { store } = await testStore(t)
  await assert.rejects(store.executeSql("select 9007199254740993::bigint as n", []), /9007199254740993/)
})

test("what a failed piece of work wrote is rolled back", async (t) => {
  const { store, workspaceId } = await testStore(t)
  const other = newIdentifier(systemClock)
  const boom = new Error("boom")
  const work = store.inWorkspace(other, async (transaction) => {
    await transaction.insertInto("workspace").values({ workspace_id: other, name: "lost" }).execute()
    throw boom
  })
  await assert.rejects(work, (error) => error === boom)
  const rows = await store.acrossWorkspaces("workspace set-up", (transaction) =>
    transaction.selectFrom("workspace").select("workspace_id").execute(),
  )
  assert.deepEqual(rows, [{ workspace_id: workspaceId }])
})

test("an error that the work swallowed does not pass for a commit", async (t) => {
  const { store, workspaceId } = await testStore(t)
  const work = store.inWorkspace(workspaceId, (transaction) =>
    sql`select 1 / 0`.execute(transaction).catch(() => "all is well"),
  )
  await assert.rejects(work, /rolled back/)
})

test("a transaction inside of another is a mistake; what the work has left running may open its own", async (t) => {
  const { store, workspaceId } = await testStore(t)
  const asInside = await store.inWorkspace(workspaceId, async () => {
    assert.throws(() => void store.serverWide(async () => 1), /inside of another/)
    return AsyncLocalStorage.snapshot()
  })
  assert.equal(await asInside(() => store.serverWide(async () => 2)), 2)
})

test("a statement that takes too long, a lock that does not come and a full pool are DATABASE_BUSY", async (t) => {
  const { openAnother, workspaceId, ownerClient } = await testStore(t)
  const store = await openAnother({ statementMsMax: 300, lockMsMax: 50 })
  const isBusy = (error: unknown) => isFault(error, "DATABASE_BUSY")
  await assert.rejects(store.executeSql("select pg_sleep(60)", []), isBusy)
  await ownerClient.query("begin; lock table quernstone.workspace")
  const blocked = store.inWorkspace(workspaceId, (transaction) =>
    transaction.selectFrom("workspace").selectAll().execute(),
  )
  await assert.rejects(blocked, isBusy)
  await ownerClient.query("rollback")
  assert(isBusy(faultOfDatabase(new Error("timeout exceeded when trying to connect"))))
})

test("a connection that is cut is DATABASE_UNAVAILABLE, and the next call gets another", async (t) => {
  const { store, workspaceId, superuserUrl } = await testStore(t)
  const superuser = await connectClient(superuserUrl, { name: "test killer" })
  const work = store.inWorkspace(workspaceId, async (transaction) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction)
    await superuser.query("select pg_terminate_backend($1, 5000)", [rows[0]?.pid])
    return transaction.selectFrom("workspace").selectAll().execute()
  })
  await assert.rejects(work, (error) => isFault(error, "DATABASE_UNAVAILABLE"))
  await superuser.end()
  assert.equal(await store.serverWide(async () => 1), 1)
  assert.equal(await store.isReachable(), true)
})

test("a server that is not there is DATABASE_UNAVAILABLE and not reachable", async (t) => {
  const { appUrl } = await testDatabase(t)
  const options = { limits: defaultLimits, log: silentLog, clock: systemClock }
  const nowhere = withParts(appUrl, { database: "no_such_database" })
  await assert.rejects(openStore({ source: { kind: "url", appUrl: nowhere }, ...options }), (error) =>
    isFault(error, "DATABASE_UNAVAILABLE"),
  )
  const wrongPassword = withParts(appUrl, { password: "wrong" })
  await assert.rejects(openStore({ source: { kind: "url", appUrl: wrongPassword }, ...options }), (error) =>
    isFault(error, "DATABASE_UNAVAILABLE"),
  )
  const store = await openStore({ source: { kind: "url", appUrl }, ...options })
  await store.close()
  assert.equal(await store.isReachable(), false)
})

test("roles that row-level security does not bind are refused", async (t) => {
  const { ownerUrl, superuserUrl } = await testDatabase(t)
  for (const appUrl of [ownerUrl, superuserUrl]) {
    const opening = openStore({
      source: { kind: "url", appUrl },
      limits: defaultLimits,
      log: silentLog,
      clock: systemClock,
    })
    await assert.rejects(opening, (error) => isFault(error, "DATABASE_ROLE"))
  }
})

test("servers before PostgreSQL 15 are refused", () => {
  assert.throws(
    () => requireServerVersion(140_012),
    (error) => isFault(error, "DATABASE_TOO_OLD"),
  )
  requireServerVersion(150_000)
})

test("NOTIFY is heard after its commit, on each channel by its own listeners, until they stop", async (t) => {
  const { store, workspaceId } = await testStore(t)
  const heard: string[] = []
  const arrivals = new EventTarget()
  const hear = (name: string) => (payload: string) => {
    heard.push(`${name}:${payload}`)
    arrivals.dispatchEvent(new Event(payload))
  }
  const notify = (channel: string, payload: string) =>
    store.inWorkspace(workspaceId, (transaction) =>
      sql`select pg_notify(${channel}, ${payload})`.execute(transaction),
    )
  const stopFirst = await store.listen("channel_a", hear("first"))
  await store.listen("channel_a", hear("second"))
  await store.listen("Channel b", hear("third"))
  const one = once(arrivals, "one")
  await notify("channel_a", "one")
  await one
  await stopFirst()
  const [two, three] = [once(arrivals, "two"), once(arrivals, "three")]
  await notify("channel_a", "two")
  await notify("Channel b", "three")
  await Promise.all([two, three])
  assert.deepEqual(heard, ["first:one", "second:one", "second:two", "third:three"])
})

test("a lost listening connection is taken up again", async (t) => {
  const { store, superuserUrl, name } = await testStore(t)
  const superuser = await connectClient(superuserUrl, { name: "test killer" })
  const arrivals = new EventTarget()
  await store.listen("channel", (payload) => arrivals.dispatchEvent(new Event(payload)))
  const again = once(arrivals, "again")
  await superuser.query(
    "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'quernstone listen' and datname = $1",
    [name],
  )
  let isHeard = false
  void again.then(() => {
    isHeard = true
  })
  while (!isHeard) {
    await store.executeSql("select pg_notify('channel', 'again'), pg_sleep(0.02)", [])
  }
  await superuser.end()
})

test("statements of others run as they are: with values, or several at once", async (t) => {
  const { store } = await testStore(t)
  assert.deepEqual(await store.executeSql("select $1::int + 1 as n", [1]), { rows: [{ n: 2 }] })
  assert.deepEqual(await store.executeSql("select 1 as n; select 2 as n", []), { rows: [{ n: 1 }, { n: 2 }] })
})

test("many callers at once share few connections", async (t) => {
  const { openAnother } = await testStore(t)
  const store = await openAnother({ limits: { databaseConnectionsMax: 2 } })
  const workspaces = await Promise.all(Array.from({ length: 20 }, () => addWorkspace(store)))
  assert.equal(new Set(workspaces).size, 20)
})
