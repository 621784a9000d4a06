/** @file A write that is sent twice is done once: the second sender gets the answer, or is told to wait, or that the key is taken. */
import assert from "node:assert"
import { createHash } from "node:crypto"
import { test } from "node:test"

import { systemClock } from "../../src/base/clock.ts"
import { isFault } from "../../src/base/errors.ts"
import { defaultLimits } from "../../src/base/limits.ts"
import {
  abandonIdempotent,
  beginIdempotent,
  createKeyRing,
  finishIdempotent,
  type IdempotencyHold,
  releaseIdempotencyKeys,
  removeOldIdempotencyKeys,
} from "../../src/identity/index.ts"
import type { Store } from "../../src/store/index.ts"
import { testStore } from "../database.ts"
import { openSuperuser } from "../superuser.ts"

const answer = { status: 201, body: { items: [1, "zwei", null] } }

test("the first begins; the same again is running, then gets the answer", async (t) => {
  const { store, workspaceId } = await testStore(t)
  const hold = await holdOf(store, workspaceId)
  await assert.rejects(begin(store, workspaceId), (error) => isFault(error, "IDEMPOTENCY_KEY_RUNNING"))
  await store.inWorkspace(workspaceId, (transaction) => finishIdempotent(transaction, hold, answer))
  assert.deepStrictEqual(await begin(store, workspaceId), { state: "finished", answer })
})

test("of many at the same time one begins", async (t) => {
  const { store, workspaceId } = await testStore(t)
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => begin(store, workspaceId)))
  assert.strictEqual(outcomes.filter(({ status }) => status === "fulfilled").length, 1)
})

test("another request under the same key is refused, in another workspace it is another key", async (t) => {
  const database = await testStore(t)
  const { store, workspaceId } = database
  const superuser = await openSuperuser(t, database)
  await begin(store, workspaceId)
  await assert.rejects(begin(store, workspaceId, "other body"), (error) =>
    isFault(error, "IDEMPOTENCY_KEY_REUSED"),
  )
  const elsewhere = "01890000-0000-7000-8000-000000000000"
  await superuser.query("insert into workspace (workspace_id, name) values ($1, 'elsewhere')", [elsewhere])
  assert.strictEqual((await begin(store, elsewhere, "other body")).state, "begun")
})

test("a process that dies right after its work leaves the answer as well, so that the same key does it once", async (t) => {
  const { store, workspaceId } = await testStore(t)
  const keys = createKeyRing({ store, limits: defaultLimits, clock: systemClock })
  const hold = await holdOf(store, workspaceId)
  const order = {
    workspaceId,
    name: "robot",
    scopes: ["read"],
    endpoints: null,
    expiresInSeconds: null,
    createdBy: null,
  } as const
  const { id } = await keys.create(order, (transaction, made) =>
    keys.finishWithin(transaction, hold, { status: 201, body: { id: made.id } }),
  )
  // What the living process would do next: nothing of it is needed, and giving the key back takes nothing away.
  await keys.abandon(hold)
  await releaseIdempotencyKeys(store)
  assert.deepStrictEqual(await begin(store, workspaceId), {
    state: "finished",
    answer: { status: 201, body: { id } },
  })
})

test("the only server frees the keys of the dead one, whose late work is undone", async (t) => {
  const { store, workspaceId } = await testStore(t)
  const keys = createKeyRing({ store, limits: defaultLimits, clock: systemClock })
  const hold = await holdOf(store, workspaceId)
  await releaseIdempotencyKeys(store)
  assert.strictEqual((await begin(store, workspaceId)).state, "begun")
  const order = {
    workspaceId,
    name: "late",
    scopes: ["read"],
    endpoints: null,
    expiresInSeconds: null,
    createdBy: null,
  } as const
  const late = keys.create(order, (transaction) => keys.finishWithin(transaction, hold, answer))
  await assert.rejects(late, (error) => isFault(error, "IDEMPOTENCY_KEY_RUNNING"))
  assert.deepStrictEqual((await keys.list(workspaceId, { limit: 10, cursor: null })).items, [])
})

test("after work that failed the same key may try again", async (t) => {
  const { store, workspaceId } = await testStore(t)
  await abandonIdempotent(store, await holdOf(store, workspaceId))
  assert.strictEqual((await begin(store, workspaceId)).state, "begun")
})

test("a key whose process died is free after a minute, and the dead one cannot finish", async (t) => {
  const database = await testStore(t)
  const { store, workspaceId } = database
  const superuser = await openSuperuser(t, database)
  const hold = await holdOf(store, workspaceId)
  await superuser.query("update idempotency_key set created_at = created_at - interval '61 seconds'")
  const late = { ...hold, takenAt: new Date(hold.takenAt.getTime() - 61_000) }
  const second = await holdOf(store, workspaceId)
  await assert.rejects(
    store.inWorkspace(workspaceId, (transaction) => finishIdempotent(transaction, late, answer)),
    (error) => isFault(error, "IDEMPOTENCY_KEY_RUNNING"),
  )
  await abandonIdempotent(store, late)
  await store.inWorkspace(workspaceId, (transaction) => finishIdempotent(transaction, second, answer))
})

test("an answer is kept for a day, then the key is free, and what is old is removed", async (t) => {
  const database = await testStore(t)
  const { store, workspaceId } = database
  const superuser = await openSuperuser(t, database)
  const hold = await holdOf(store, workspaceId)
  await store.inWorkspace(workspaceId, (transaction) => finishIdempotent(transaction, hold, answer))
  await superuser.query("update idempotency_key set created_at = created_at - interval '23 hours'")
  assert.strictEqual((await begin(store, workspaceId)).state, "finished")
  await superuser.query("update idempotency_key set created_at = created_at - interval '1 hour'")
  assert.strictEqual((await begin(store, workspaceId, "other body")).state, "begun")
  await removeOldIdempotencyKeys(store, defaultLimits)
  assert.strictEqual((await superuser.query("select from idempotency_key")).rows.length, 1)
  await superuser.query("update idempotency_key set created_at = created_at - interval '25 hours'")
  await removeOldIdempotencyKeys(store, defaultLimits)
  assert.strictEqual((await superuser.query("select from idempotency_key")).rows.length, 0)
})

test("a key that is empty, too long or not visible ASCII is refused", async (t) => {
  const { store, workspaceId } = await testStore(t)
  for (const key of ["", "a".repeat(256), "a b", "schlüssel", "a\n"])
    await assert.rejects(begin(store, workspaceId, "body", key), (error) =>
      isFault(error, "IDEMPOTENCY_KEY_INVALID"),
    )
})

async function begin(store: Store, workspaceId: string, body = "body", key = "key-1") {
  const requestSha256 = createHash("sha256").update(body).digest()
  return await beginIdempotent({ store, workspaceId, key, requestSha256, limits: defaultLimits })
}

async function holdOf(store: Store, workspaceId: string): Promise<IdempotencyHold> {
  const beginning = await begin(store, workspaceId)
  assert(beginning.state === "begun")
  return beginning.hold
}
