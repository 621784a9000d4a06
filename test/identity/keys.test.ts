/** @file Keys on a real database: made, listed, revoked, audited; and the first workspace and admin key. */
import assert from "node:assert"
import { readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type TestContext, test } from "node:test"

import { systemClock } from "../../src/base/clock.ts"
import { isFault } from "../../src/base/errors.ts"
import {
  createKey,
  defaultWorkspaceId,
  ensureAdminKey,
  ensureDefaultWorkspace,
  generateApiKey,
  type KeyOrder,
  listKeys,
  parseApiKey,
  revokeKey,
} from "../../src/identity/index.ts"
import type { Store } from "../../src/store/index.ts"
import { temporaryDataFolder, testStore } from "../database.ts"
import { openSuperuser } from "../superuser.ts"

const absentId = "01890000-0000-7000-8000-000000000000"

test("a made key is shown once: the database has its hash and its visible part only", async (t) => {
  const { store, workspaceId, superuser } = await identityStore(t)
  const made = await make(store, {
    workspaceId,
    scopes: ["predict"],
    endpoints: ["churn"],
    expiresInSeconds: 60,
  })
  assert.deepStrictEqual(
    [made.name, made.scopes, made.endpoints, made.revokedAt, made.displayId],
    ["test", ["predict"], ["churn"], null, parseApiKey(made.key)?.displayId],
  )
  assert.strictEqual(Date.parse(made.expiresAt ?? "") - Date.parse(made.createdAt), 60_000)
  const { rows } = await superuser.query("select * from api_key")
  assert.deepStrictEqual(rows[0].sha256, parseApiKey(made.key)?.sha256)
  assert(!JSON.stringify(rows).includes(made.key.slice(13)))
  const { key, ...listed } = made
  assert.deepStrictEqual(await list(store, workspaceId), { items: [listed], nextCursor: null })
  assert(key.length > 0)
})

test("endpoint names on a key that they would not limit are refused", async (t) => {
  const { store, workspaceId } = await testStore(t)
  for (const scopes of [["read"], ["admin", "predict"]] as const)
    await assert.rejects(make(store, { workspaceId, scopes, endpoints: ["churn"] }), (error) =>
      isFault(error, "KEY_ENDPOINTS_SCOPE"),
    )
})

test("keys are listed newest first, page by page", async (t) => {
  const { store, workspaceId } = await testStore(t)
  const ids: string[] = []
  for (let index = 0; index < 3; index++) ids.unshift((await make(store, { workspaceId })).id)
  const first = await list(store, workspaceId, 2)
  const second = await list(store, workspaceId, 2, first.nextCursor)
  assert.deepStrictEqual([...first.items, ...second.items].map(({ id }) => id).toSorted(), ids.toSorted())
  assert.deepStrictEqual([first.items.length, second.nextCursor], [2, null])
})

test("a revocation keeps its first time, and both acts are in the audit log", async (t) => {
  const { store, workspaceId, superuser } = await identityStore(t)
  const made = await make(store, { workspaceId })
  const revoke = (id: string) =>
    store.inWorkspace(workspaceId, (transaction) =>
      revokeKey(transaction, { workspaceId, id, revokedBy: made.id, clock: systemClock }),
    )
  const first = await revoke(made.id)
  assert(first.revokedAt !== null)
  assert.deepStrictEqual(await revoke(made.id), first)
  await assert.rejects(revoke(absentId), (error) => isFault(error, "KEY_NOT_FOUND"))
  const { rows } = await superuser.query(
    "select action, subject, api_key_id from audit_entry order by at, id",
  )
  assert.deepStrictEqual(rows.slice(0, 2), [
    { action: "api_key.create", subject: made.id, api_key_id: null },
    { action: "api_key.revoke", subject: made.id, api_key_id: made.id },
  ])
})

test("the default workspace is made once, also by several at the same time", async (t) => {
  const { store, superuser } = await identityStore(t)
  await Promise.all([1, 2, 3].map(() => ensureDefaultWorkspace(store)))
  assert.strictEqual(await ensureDefaultWorkspace(store), defaultWorkspaceId)
  const { rows } = await superuser.query("select name from workspace where workspace_id = $1", [
    defaultWorkspaceId,
  ])
  assert.deepStrictEqual(rows, [{ name: "default" }])
})

test("the admin key is made at the first start, in a file of its owner, and found again", async (t) => {
  const { ensure, path, store, workspaceId } = await adminSetUp(t)
  const first = await ensure(null)
  assert.deepStrictEqual([first.isNew, first.path], [true, path])
  assert.strictEqual(statSync(path).mode & 0o777, 0o600)
  assert.strictEqual(JSON.parse(readFileSync(path, "utf8")).key, first.key)
  assert.deepStrictEqual(await ensure(null), { ...first, isNew: false })
  const { items } = await list(store, workspaceId)
  assert.deepStrictEqual(
    items.map(({ name, scopes }) => ({ name, scopes })),
    [{ name: "admin", scopes: ["admin"] }],
  )
})

test("a configured admin key takes the place of the one before, which is revoked", async (t) => {
  const { ensure, path, store, workspaceId } = await adminSetUp(t)
  const first = await ensure(null)
  const configured = generateApiKey().key
  assert.deepStrictEqual(await ensure(configured), { key: configured, path, isNew: true })
  assert.deepStrictEqual(await ensure(configured), { key: configured, path, isNew: false })
  assert.deepStrictEqual(await ensure(null), { key: configured, path, isNew: false })
  const { items } = await list(store, workspaceId)
  const firstKey = items.find(({ displayId }) => displayId === parseApiKey(first.key)?.displayId)
  assert(firstKey !== undefined && firstKey.revokedAt !== null)
  await assert.rejects(ensure(first.key), (error) => isFault(error, "KEY_REVOKED"))
})

test("a revoked admin key is replaced at the next start, and a key that only the file has is made good", async (t) => {
  const { ensure, superuser } = await adminSetUp(t)
  const first = await ensure(null)
  await superuser.query("update api_key set revoked_at = now()")
  const second = await ensure(null)
  assert.notStrictEqual(second.key, first.key)
  await superuser.query("delete from api_key")
  assert.deepStrictEqual(await ensure(null), { ...second, isNew: true })
})

test("an admin file that holds no key is named and not overwritten", async (t) => {
  const { ensure, path } = await adminSetUp(t)
  await ensure(null)
  for (const content of ["not json", '{"key":"short","createdAt":"now"}']) {
    writeFileSync(path, content)
    await assert.rejects(
      ensure(null),
      (error) => isFault(error, "ADMIN_KEY_FILE") && error.parameters.path === path,
    )
    assert.strictEqual(readFileSync(path, "utf8"), content)
  }
})

async function make(
  store: Store,
  order: Partial<KeyOrder> & { readonly workspaceId: string },
): ReturnType<typeof createKey> {
  return await store.inWorkspace(order.workspaceId, (transaction) =>
    createKey(transaction, {
      name: "test",
      scopes: ["read"],
      endpoints: null,
      expiresInSeconds: null,
      createdBy: null,
      clock: systemClock,
      ...order,
    }),
  )
}

async function list(
  store: Store,
  workspaceId: string,
  limit = 10,
  cursor: string | null = null,
): ReturnType<typeof listKeys> {
  return await store.inWorkspace(workspaceId, (transaction) =>
    listKeys(transaction, { workspaceId, limit, cursor }),
  )
}

async function identityStore(t: TestContext) {
  const database = await testStore(t)
  return { ...database, superuser: await openSuperuser(t, database) }
}

async function adminSetUp(t: TestContext) {
  const { store, workspaceId, superuser } = await identityStore(t)
  const dataFolder = await temporaryDataFolder(t)
  return {
    store,
    workspaceId,
    superuser,
    path: join(dataFolder, "keys", "admin.json"),
    ensure: (configuredAdminKey: string | null) =>
      ensureAdminKey({ store, clock: systemClock, dataFolder, workspaceId, configuredAdminKey }),
  }
}
