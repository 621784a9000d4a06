/** @file Changes reach every watcher: at once by notice, by the poll when the notice is lost, in any order of commits, once each. */
import assert from "node:assert"
import { AsyncResource } from "node:async_hooks"
import { PassThrough } from "node:stream"
import { type TestContext, test } from "node:test"

import { createLog, type Log } from "../../src/base/log.ts"
import {
  announceChange,
  type Change,
  type ChangeWatch,
  hintChange,
  type Store,
  watchChanges,
} from "../../src/store/index.ts"
import { silentLog, testStore } from "../database.ts"
import { openSuperuser } from "../superuser.ts"

/** The context of the file itself, in which no transaction is open. */
const outside = new AsyncResource("elsewhere")

test("a change is told when its transaction commits, to those of its topic, and once", async (t) => {
  const { store, workspaceId, announce, listen } = await setUp(t)
  const { heard, changes } = await listen(store, { pollMs: 50 })
  const ofTopic: Change[] = []
  const unsubscribe = changes.subscribe("key", (change) => ofTopic.push(change))
  await announce("key", "1")
  await announce("other", "2")
  await t.waitFor(() => assert.strictEqual(heard.length, 2))
  await pollsPass(t, { store, announce, listen }, heard)
  assert.deepStrictEqual(ofTopic, [{ workspaceId, topic: "key", subject: "1" }])
  unsubscribe()
  await announce("key", "3")
  await t.waitFor(() => assert(heard.some(({ subject }) => subject === "3")))
  assert.strictEqual(ofTopic.length, 1)
})

test("a change of a transaction that is rolled back is told to nobody", async (t) => {
  const { store, workspaceId, announce, listen } = await setUp(t)
  const { heard } = await listen(store, { pollMs: 50 })
  await assert.rejects(
    store.inWorkspace(workspaceId, async (transaction) => {
      await announceChange(transaction, { workspaceId, topic: "key", subject: "undone" })
      throw new Error("undo")
    }),
    /undo/,
  )
  await pollsPass(t, { store, announce, listen }, heard)
  assert.deepStrictEqual(
    heard.map(({ subject }) => subject).filter((subject) => subject === "undone"),
    [],
  )
})

test("a change whose notice is lost is found by the poll, also one that commits after a later one", async (t) => {
  const { store, workspaceId, listen } = await setUp(t)
  const deaf: Store = { ...store, listen: () => Promise.resolve(() => Promise.resolve()) }
  const { heard } = await listen(deaf, { pollMs: 50 })
  const isSeen = (subject: string) => heard.some((change) => change.subject === subject)
  await store.inWorkspace(workspaceId, async (transaction) => {
    await announceChange(transaction, { workspaceId, topic: "key", subject: "early id, late commit" })
    const later = { workspaceId, topic: "key", subject: "later id" }
    // A second process commits a higher id first: outside of this transaction's own context.
    await elsewhere(() => store.inWorkspace(workspaceId, (other) => announceChange(other, later)))
    await t.waitFor(() => assert(isSeen("later id")))
  })
  await t.waitFor(() => assert(isSeen("early id, late commit")))
  assert.strictEqual(heard.length, 2)
})

test("a hint is told to those who listen and leaves no row", async (t) => {
  const { store, workspaceId, superuser, listen } = await setUp(t)
  const { heard } = await listen(store, { pollMs: 60_000 })
  const hint = { workspaceId, topic: "job", subject: "7" }
  await store.inWorkspace(workspaceId, (transaction) => hintChange(transaction, hint))
  await t.waitFor(() => assert.deepStrictEqual(heard, [hint]))
  assert.strictEqual((await superuser.query("select from change")).rows.length, 0)
})

test("what is not ours on the channel is passed over, and a listener that fails stops no other", async (t) => {
  const { store, announce, superuser, listen } = await setUp(t)
  const destination = new PassThrough()
  const warned = createLog({ level: "warn", destination })
  const { changes } = await listen(store, { pollMs: 60_000, log: warned })
  const heard: Change[] = []
  changes.subscribe("key", () => {
    throw new Error("clumsy")
  })
  changes.subscribe("key", (change) => heard.push(change))
  await superuser.query("select pg_notify('quernstone_change', 'rubbish')")
  await announce("key", "1")
  await t.waitFor(() => assert.strictEqual(heard.length, 1))
  const logged = String(destination.read())
  assert(logged.includes("rubbish") && logged.includes("clumsy"))
})

async function setUp(t: TestContext) {
  // Registered before the database's own hook: hooks run in this order.
  const watches: ChangeWatch[] = []
  t.after(async () => {
    for (const watch of watches) await watch.close()
  })
  const database = await testStore(t)
  const { store, workspaceId } = database
  const superuser = await openSuperuser(t, database)
  return {
    ...database,
    superuser,
    listen: async (to: Store, options: { readonly pollMs: number; readonly log?: Log }) => {
      const heard: Change[] = []
      const onChange = (change: Change) => void heard.push(change)
      const changes = await watchChanges({ store: to, log: silentLog, ...options, onChange })
      watches.push(changes)
      return { heard, changes }
    },
    announce: (topic: string, subject: string) =>
      store.inWorkspace(workspaceId, (transaction) =>
        announceChange(transaction, { workspaceId, topic, subject }),
      ),
  }
}

/** Until a second watcher, which polls only, has found a change that was made just now: by then the first has polled as well. */
async function pollsPass(
  t: TestContext,
  setting: Pick<Awaited<ReturnType<typeof setUp>>, "store" | "announce" | "listen">,
  heard: readonly Change[],
): Promise<void> {
  const { store, announce, listen } = setting
  const deaf: Store = { ...store, listen: () => Promise.resolve(() => Promise.resolve()) }
  const poller = await listen(deaf, { pollMs: 100 })
  await announce("mark", "mark")
  const isMark = ({ topic }: Change) => topic === "mark"
  await t.waitFor(() => assert(heard.some(isMark) && poller.heard.some(isMark)))
  assert.strictEqual(heard.filter(isMark).length, 1)
}

/** Runs work as a caller who is in no transaction. */
function elsewhere<Result>(work: () => Promise<Result>): Promise<Result> {
  return outside.runInAsyncScope(work)
}
