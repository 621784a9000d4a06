/** @file Putting jobs in, looking at them, cancelling and watching them. */
import assert from "node:assert"
import { test } from "node:test"

import { systemClock } from "../../src/base/clock.ts"
import { isFault } from "../../src/base/errors.ts"
import { defaultLimits } from "../../src/base/limits.ts"
import { cancelJob, countJobs, enqueue, getJob, type Job, listJobs, watchJob } from "../../src/jobs/index.ts"
import { childHandler, JobsHarness } from "./jobs-harness.ts"

const absentId = "01890000-0000-7000-8000-000000000000"

test("a job and its place in the queue are rolled back with their transaction", async (t) => {
  const harness = await JobsHarness.open(t)
  const { store, workspaceId } = harness
  const order = { workspaceId, kind: "collect.import", arguments: null, createdBy: null }
  await assert.rejects(
    store.inWorkspace(workspaceId, async (transaction) => {
      await enqueue(transaction, { ...order, clock: systemClock, limits: defaultLimits })
      throw new Error("changed my mind")
    }),
    /changed my mind/,
  )
  const { rows } = await harness.superuser.query(
    "select (select count(*)::int from job) as jobs, (select count(*)::int from pgboss.job) as tickets",
  )
  assert.deepStrictEqual(rows, [{ jobs: 0, tickets: 0 }])
})

test("a queue that is full refuses in a sentence", async (t) => {
  const { store, workspaceId, ...harness } = await JobsHarness.open(t)
  const order = { workspaceId, kind: "collect.import", arguments: null, createdBy: null, clock: systemClock }
  const put = () =>
    store.inWorkspace(workspaceId, (transaction) =>
      enqueue(transaction, { ...order, limits: { jobQueueMax: 2 } }),
    )
  await put()
  await put()
  await assert.rejects(put(), (error) => isFault(error, "JOB_QUEUE_FULL") && error.parameters.limit === 2)
  await harness.changes.close()
})

test("jobs are listed newest first, page by page, and only those of the workspace", async (t) => {
  const harness = await JobsHarness.open(t)
  const { store, workspaceId } = harness
  const made: Job[] = []
  for (let index = 0; index < 5; index++) made.push(await harness.enqueue(index))
  const expected = made.map(({ id }) => id).reverse()
  const page = (cursor: string | null, of = workspaceId) =>
    store.inWorkspace(of, (transaction) => listJobs(transaction, { workspaceId: of, limit: 2, cursor }))
  const first = await page(null)
  const second = await page(first.nextCursor)
  const third = await page(second.nextCursor)
  assert.deepStrictEqual(
    [first, second, third].map(({ items }) => items.map(({ id }) => id)),
    [expected.slice(0, 2), expected.slice(2, 4), expected.slice(4)],
  )
  assert.strictEqual(third.nextCursor, null)
  assert.deepStrictEqual(await page(null, absentId), { items: [], nextCursor: null })
  await assert.rejects(page(absentId), (error) => isFault(error, "JOB_NOT_FOUND"))
})

test("a job that is not there is JOB_NOT_FOUND to every question", async (t) => {
  const harness = await JobsHarness.open(t)
  const { store, workspaceId } = harness
  const key = { workspaceId, jobId: absentId }
  const isAbsent = (error: unknown) => isFault(error, "JOB_NOT_FOUND")
  await assert.rejects(
    store.inWorkspace(workspaceId, (transaction) => getJob(transaction, key)),
    isAbsent,
  )
  await assert.rejects(
    store.inWorkspace(workspaceId, (transaction) => cancelJob(transaction, key)),
    isAbsent,
  )
  const watched = watchJob({ store, changes: harness.changes, ...key, afterRevision: 0 })
  await assert.rejects(watched.next(), isAbsent)
})

test("a waiting job is cancelled at once, is never run, and a finished one stays as it is", async (t) => {
  const harness = await JobsHarness.open(t)
  const { id } = await harness.enqueue(null)
  const cancelled = await cancel(harness, id)
  assert.deepStrictEqual([cancelled.state, cancelled.error?.code], ["cancelled", "JOB_CANCELLED"])
  await harness.work([childHandler("succeed")])
  const after = await harness.finished((await harness.enqueue(null)).id)
  assert.strictEqual(after.state, "succeeded")
  assert.deepStrictEqual(await harness.job(id), cancelled)
  assert.deepStrictEqual(await cancel(harness, after.id), after)
  await t.waitFor(async () => {
    const { rows } = await harness.superuser.query("select from pgboss.job where state <> 'completed'")
    assert.strictEqual(rows.length, 0)
  })
})

test("a running job that blocks its thread is cancelled by whoever asks", async (t) => {
  const harness = await JobsHarness.open(t)
  await harness.work([childHandler("misbehave")])
  const { id } = await harness.enqueue("block")
  await harness.reached(id, (job) => job.progress?.phase === "blocking")
  const { store, workspaceId } = harness
  const counts = await store.inWorkspace(workspaceId, (transaction) => countJobs(transaction, workspaceId))
  assert.deepStrictEqual(counts, { queued: 0, running: 1 })
  const asked = await cancel(harness, id)
  assert.strictEqual(asked.state, "running")
  const job = await harness.finished(id)
  assert.deepStrictEqual([job.state, job.attempt, job.error?.code], ["cancelled", 1, "JOB_CANCELLED"])
})

test("a cancel that no announcement told is seen by the heartbeat", async (t) => {
  const harness = await JobsHarness.open(t)
  await harness.work([childHandler("misbehave")])
  const { id } = await harness.enqueue("block")
  await harness.reached(id, (job) => job.progress?.phase === "blocking")
  await harness.superuser.query("update job set cancel_requested = true")
  assert.strictEqual((await harness.finished(id)).state, "cancelled")
})

test("watching gives growing revisions up to the end, and resumes after a given one", async (t) => {
  const harness = await JobsHarness.open(t)
  const { store, changes, workspaceId } = harness
  const { id } = await harness.enqueue("fault")
  const watching = collect(watchJob({ store, changes, workspaceId, jobId: id, afterRevision: 0 }))
  await harness.work([childHandler("misbehave")])
  const jobs = await watching
  assert.strictEqual(jobs[0]?.state, "queued")
  assert.strictEqual(jobs.at(-1)?.state, "failed")
  for (const [index, job] of jobs.entries()) assert(job.revision > (jobs[index - 1]?.revision ?? 0))
  const last = jobs.at(-1)?.revision ?? 0
  const resumed = { store, changes, workspaceId, jobId: id }
  assert.strictEqual((await collect(watchJob({ ...resumed, afterRevision: last - 1 }))).length, 1)
  assert.strictEqual((await collect(watchJob({ ...resumed, afterRevision: last }))).length, 0)
})

test("watching ends when the watcher goes away, and by its poll when nothing is told", async (t) => {
  const harness = await JobsHarness.open(t)
  const { store, changes, workspaceId } = harness
  const { id } = await harness.enqueue(null)
  const leaving = new AbortController()
  const watched = watchJob({
    store,
    changes,
    workspaceId,
    jobId: id,
    afterRevision: 0,
    signal: leaving.signal,
    pollMs: 50,
  })
  assert.strictEqual((await watched.next()).value?.state, "queued")
  const next = watched.next()
  await harness.superuser.query("update job set revision = 7")
  assert.strictEqual((await next).value?.revision, 7)
  const end = watched.next()
  leaving.abort()
  assert.strictEqual((await end).done, true)
})

async function cancel(harness: JobsHarness, jobId: string): Promise<Job> {
  const { store, workspaceId } = harness
  return await store.inWorkspace(workspaceId, (transaction) => cancelJob(transaction, { workspaceId, jobId }))
}

async function collect(jobs: AsyncIterable<Job>): Promise<Job[]> {
  const collected: Job[] = []
  for await (const job of jobs) collected.push(job)
  return collected
}
