/** @file Jobs on a real database and in real processes: kept with their success, retried, limited, given back, never run twice. */
import assert from "node:assert"
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"

import { fault } from "../../src/base/errors.ts"
import { defaultLimits } from "../../src/base/limits.ts"
import type { Store } from "../../src/store/index.ts"
import { childHandler, JobsHarness, jsonOf, MIB } from "./jobs-harness.ts"

test("a job is staged, run, kept with its success, and its folder is gone", async (t) => {
  const harness = await JobsHarness.open(t)
  const followed: unknown[] = []
  const handler = childHandler("succeed", {
    prepare: async (job, { folder }) => {
      await writeFile(join(folder, "staged.txt"), "staged")
      return { asked: job.arguments }
    },
    gather: async (_job, output, { folder }) => ({
      output: jsonOf(output),
      staged: await readFile(join(folder, "staged.txt"), "utf8"),
      made: await readFile(join(folder, "made.txt"), "utf8"),
    }),
    commit: async (transaction, job, output) => {
      await transaction
        .insertInto("change")
        .values({ workspace_id: job.workspaceId, topic: "made", subject: job.id })
        .execute()
      return { gathered: jsonOf(output) }
    },
    afterCommit: (job, result) => {
      followed.push(job.id, result)
    },
  })
  await harness.work([handler])
  const queued = await harness.enqueue({ rows: 3 })
  assert.deepStrictEqual([queued.state, queued.attempt, queued.revision], ["queued", 0, 1])
  const job = await harness.finished(queued.id)
  assert.deepStrictEqual([job.state, job.attempt, job.error], ["succeeded", 1, null])
  assert.partialDeepStrictEqual(job.result, {
    gathered: { staged: "staged", made: "made", output: { input: { asked: { rows: 3 } } } },
  })
  assert.deepStrictEqual(job.progress, { phase: "first", done: 2, total: 2, message: "half way" })
  assert(job.startedAt !== null && job.finishedAt !== null && job.createdAt <= job.startedAt)
  await t.waitFor(() => assert.deepStrictEqual(readdirSync(join(harness.dataFolder, "jobs")), []))
  const { rows } = await harness.superuser.query(
    "select (select count(*)::int from change where topic = 'made') as made, memory_peak_bytes::float8 as peak from job",
  )
  assert.strictEqual(rows[0].made, 1)
  assert(rows[0].peak > 10 * MIB)
  await t.waitFor(() => assert.deepStrictEqual(followed, [job.id, job.result]))
})

test("a fault of the job ends it at once, with its code and sentence", async (t) => {
  const harness = await JobsHarness.open(t)
  await harness.work([childHandler("misbehave")])
  const job = await harness.finished((await harness.enqueue("fault")).id)
  assert.deepStrictEqual([job.state, job.attempt, job.error?.code], ["failed", 1, "CONFIG_INVALID"])
  assert.match(job.error?.message ?? "", /seed is -1/)
  assert.strictEqual(job.result, null)
})

test("an unexpected error is retried until it succeeds, and at most three times", async (t) => {
  const harness = await JobsHarness.open(t)
  await harness.work([childHandler("flaky")])
  const file = join(harness.dataFolder, "tries")
  const lucky = await harness.finished((await harness.enqueue({ file, succeedAt: 3 })).id)
  assert.deepStrictEqual([lucky.state, lucky.attempt, lucky.result], ["succeeded", 3, { output: 3 }])
  const hopeless = await harness.finished((await harness.enqueue({ file: `${file}-2`, succeedAt: 9 })).id)
  assert.deepStrictEqual(
    [hopeless.state, hopeless.attempt, hopeless.error?.code],
    ["failed", 3, "JOB_FAILED"],
  )
})

test("out of memory and out of time are not retried", async (t) => {
  const harness = await JobsHarness.open(t)
  const limits = { ...defaultLimits, jobMemoryBytesMax: 150 * MIB }
  const first = await harness.work([childHandler("misbehave")], { limits })
  const hog = await harness.finished((await harness.enqueue("hold memory")).id)
  assert.deepStrictEqual([hog.state, hog.attempt, hog.error?.code], ["failed", 1, "JOB_OUT_OF_MEMORY"])
  await first.close()
  await harness.work([childHandler("misbehave")], { limits: { ...defaultLimits, jobDurationMsMax: 500 } })
  const slow = await harness.finished((await harness.enqueue("block")).id)
  assert.deepStrictEqual([slow.state, slow.attempt, slow.error?.code], ["failed", 1, "JOB_TIMEOUT"])
})

test("a fault while the result is kept undoes all of it, and nothing of the job's folder stays", async (t) => {
  const harness = await JobsHarness.open(t)
  const handler = childHandler("succeed", {
    commit: async (transaction, job) => {
      await transaction
        .insertInto("change")
        .values({ workspace_id: job.workspaceId, topic: "made", subject: job.id })
        .execute()
      throw fault("CONFIG_CONFLICT", { first: "a", second: "b", reason: "taken" })
    },
  })
  await harness.work([handler])
  const job = await harness.finished((await harness.enqueue(null)).id)
  assert.deepStrictEqual([job.state, job.attempt, job.error?.code], ["failed", 1, "CONFIG_CONFLICT"])
  const { rows } = await harness.superuser.query("select from change where topic = 'made'")
  assert.strictEqual(rows.length, 0)
  assert.deepStrictEqual(readdirSync(join(harness.dataFolder, "jobs")), [])
})

test("a result waits for a database that is away, and is kept once it is back", async (t) => {
  const harness = await JobsHarness.open(t)
  let isAway = false
  let refused = 0
  const leaving: Store = {
    ...harness.store,
    inWorkspace: async (workspaceId, work) => {
      if (!isAway) return await harness.store.inWorkspace(workspaceId, work)
      if (++refused === 3) isAway = false
      throw fault("DATABASE_UNAVAILABLE", { reason: "away" })
    },
  }
  const handler = childHandler("succeed", {
    gather: (_job, output) => {
      isAway = true
      return Promise.resolve(output)
    },
  })
  await harness.work([handler], { store: leaving, intervals: { settleMs: 20, refreshMs: 60_000 } })
  const job = await harness.finished((await harness.enqueue(null)).id)
  assert.deepStrictEqual([job.state, job.attempt], ["succeeded", 1])
  assert.strictEqual(refused, 3)
})

test("a stale attempt keeps nothing: the job belongs to the attempt that was started last", async (t) => {
  const harness = await JobsHarness.open(t)
  const { superuser } = harness
  let commits = 0
  const handler = childHandler("succeed", {
    gather: async (job, output) => {
      if (job.attempt === 1) await superuser.query("update job set attempt = 2")
      return output
    },
    commit: () => {
      commits++
      return Promise.resolve({})
    },
  })
  const worker = await harness.work([handler], { intervals: { refreshMs: 60_000 } })
  const { id } = await harness.enqueue(null)
  await harness.reached(id, (job) => job.attempt === 2)
  await t.waitFor(() => assert.strictEqual(worker.runningCount(), 0))
  assert.strictEqual(commits, 0)
  assert.strictEqual((await harness.job(id)).state, "running")
})

test("a worker that closes gives its job back at once, uncounted, and another finishes it", async (t) => {
  const harness = await JobsHarness.open(t)
  const first = await harness.work([childHandler("misbehave")])
  const { id } = await harness.enqueue("block")
  await harness.reached(id, (job) => job.progress?.phase === "blocking")
  await first.close()
  const returned = await harness.job(id)
  assert.deepStrictEqual([returned.state, returned.attempt, returned.progress], ["queued", 0, null])
  assert.deepStrictEqual(readdirSync(join(harness.dataFolder, "jobs")), [])
  await harness.work([childHandler("succeed")])
  const job = await harness.finished(id)
  assert.deepStrictEqual([job.state, job.attempt], ["succeeded", 1])
})

test("of two workers with two places each, none runs a job twice", async (t) => {
  const harness = await JobsHarness.open(t)
  const handler = () => childHandler("flaky")
  await Promise.all([
    harness.work([handler()], { concurrency: 2 }),
    harness.work([handler()], { concurrency: 2 }),
  ])
  const files = Array.from({ length: 8 }, (_, index) => join(harness.dataFolder, `tries-${index}`))
  const jobs = await Promise.all(files.map((file) => harness.enqueue({ file, succeedAt: 1 })))
  for (const { id } of jobs) assert.strictEqual((await harness.finished(id)).state, "succeeded")
  for (const file of files) assert.strictEqual(readFileSync(file, "utf8").trim().split("\n").length, 1)
})

test("kinds take turns, so that none waits behind the other's backlog", async (t) => {
  const harness = await JobsHarness.open(t)
  const order: string[] = []
  const handler = (kind: string) =>
    childHandler("succeed", {
      kind,
      commit: () => {
        order.push(kind)
        return Promise.resolve({})
      },
    })
  const jobs = [
    await harness.enqueue(null),
    await harness.enqueue(null),
    await harness.enqueue(null, "train.fit"),
  ]
  await harness.work([handler("collect.import"), handler("train.fit")])
  for (const { id } of jobs) await harness.finished(id)
  assert.deepStrictEqual(order, ["collect.import", "train.fit", "collect.import"])
})

test("folders of attempts that nobody runs are swept at the start, those of running ones stay", async (t) => {
  const harness = await JobsHarness.open(t)
  const { id } = await harness.enqueue(null)
  await harness.superuser.query("update job set state = 'running', attempt = 2")
  const folders = [`${id}-1`, `${id}-2`, "01890000-0000-7000-8000-000000000000-1"].map((name) =>
    join(harness.dataFolder, "jobs", name),
  )
  for (const folder of folders) mkdirSync(folder, { recursive: true })
  await harness.work([])
  assert.deepStrictEqual(folders.map(existsSync), [false, true, false])
})
