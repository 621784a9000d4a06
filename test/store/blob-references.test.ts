/** @file References to blobs: counted across workspaces, collected after the grace time, never under a holder's feet. */
import assert from "node:assert/strict"
import { join } from "node:path"
import { Readable } from "node:stream"
import { type TestContext, test } from "node:test"

import { systemClock } from "../../src/base/clock.ts"
import { newIdentifier } from "../../src/base/identifiers.ts"
import { addBlobReference, collectBlobs, removeBlobReferences } from "../../src/store/blob-references.ts"
import { openFolderBlobs } from "../../src/store/blobs.ts"
import { addWorkspace, temporaryDataFolder, testStore } from "../database.ts"

const graceMs = 1_000
/** A clock by which all that was put by now has outlived the grace time. */
const laterClock = { ...systemClock, nowMs: () => Date.now() + 10 * graceMs }

async function setUp(t: TestContext) {
  const made = await testStore(t)
  const blobs = await openFolderBlobs(join(await temporaryDataFolder(t), "blobs"))
  const put = (text: string) => blobs.put(Readable.from([Buffer.from(text)]), { maxBytes: 100 })
  const holder = (workspaceId: string) => ({
    workspaceId,
    holderKind: "test",
    holderId: newIdentifier(systemClock),
  })
  const collect = (clock = laterClock) => collectBlobs({ store: made.store, blobs, graceMs, clock })
  return { ...made, blobs, put, holder, collect }
}

test("a blob is collected when its last holder, of any workspace, is gone", async (t) => {
  const { store, workspaceId, blobs, put, holder, collect } = await setUp(t)
  const { digest, byteLength } = await put("shared")
  const holders = [holder(workspaceId), holder(workspaceId), holder(await addWorkspace(store))]
  for (const each of holders)
    await store.inWorkspace(each.workspaceId, async (transaction) => {
      await addBlobReference(transaction, { ...each, digest, byteLength })
      await addBlobReference(transaction, { ...each, digest, byteLength })
    })
  for (const each of holders) {
    assert.deepEqual(await collect(), { blobs: 0, unfinished: 0 })
    await store.inWorkspace(each.workspaceId, (transaction) => removeBlobReferences(transaction, each))
  }
  assert.deepEqual(await collect(), { blobs: 1, unfinished: 0 })
  assert.equal(await blobs.stat(digest), null)
})

test("within the grace time a blob waits for its holder", async (t) => {
  const { blobs, put, collect } = await setUp(t)
  const { digest } = await put("fresh")
  assert.deepEqual(await collect(systemClock), { blobs: 0, unfinished: 0 })
  assert.notEqual(await blobs.stat(digest), null)
})

test("a collector waits for a transaction that is adding a reference, and then sees it", async (t) => {
  const { store, openAnother, workspaceId, blobs, put, holder, collect } = await setUp(t)
  const { digest, byteLength } = await put("old")
  const another = await openAnother()
  const collecting = await another.inWorkspace(workspaceId, async (transaction) => {
    await addBlobReference(transaction, { ...holder(workspaceId), digest, byteLength })
    const started = collect()
    // The transaction ends only when the collector stands at its lock.
    while (!(await isSomebodyWaiting(store))) await new Promise((resolve) => setImmediate(resolve))
    return { started }
  })
  assert.deepEqual(await collecting.started, { blobs: 0, unfinished: 0 })
  assert.notEqual(await blobs.stat(digest), null)
})

test("a rolled back reference holds nothing", async (t) => {
  const { store, workspaceId, put, holder, collect } = await setUp(t)
  const { digest, byteLength } = await put("rolled back")
  const work = store.inWorkspace(workspaceId, async (transaction) => {
    await addBlobReference(transaction, { ...holder(workspaceId), digest, byteLength })
    throw new Error("changed my mind")
  })
  await assert.rejects(work, /changed my mind/)
  assert.deepEqual(await collect(), { blobs: 1, unfinished: 0 })
})

async function isSomebodyWaiting(store: {
  executeSql(text: string, values: unknown[]): Promise<{ rows: unknown[] }>
}) {
  const { rows } = await store.executeSql(
    `select from pg_locks l join pg_database d on d.oid = l.database
      where d.datname = current_database() and l.locktype = 'advisory' and not l.granted`,
    [],
  )
  return rows.length > 0
}
