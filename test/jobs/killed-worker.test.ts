/** @file A worker process that is killed with -9: its job is retaken by another, its child ends, and three times are enough. */
import assert from "node:assert"
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { fileURLToPath } from "node:url"

import { entryUrl } from "../../src/base/entry.ts"
import { childHandler, JobsHarness } from "./jobs-harness.ts"

/** The least that pg-boss's supervision tells apart; in the migration it is 10. */
const heartbeatSeconds = 2

test("the job of a killed worker is retaken, and what the killed one left is gone", async (t) => {
  const harness = await JobsHarness.open(t)
  await shortenHeartbeat(harness)
  const { id } = await harness.enqueue("block")
  const killed = startProcess(t, harness, "misbehave")
  await harness.reached(id, (job) => job.progress?.phase === "blocking")
  killed.kill("SIGKILL")
  await harness.work([childHandler("succeed")])
  const job = await harness.finished(id, 30_000)
  assert.deepStrictEqual([job.state, job.attempt], ["succeeded", 2])
  assert(!existsSync(join(harness.dataFolder, "jobs", `${id}-1`)))
})

test("a job whose worker was killed each time is given up after its attempts, in a sentence", async (t) => {
  const harness = await JobsHarness.open(t)
  await shortenHeartbeat(harness)
  const { id } = await harness.enqueue("block")
  // Three workers have been killed already.
  await harness.superuser.query("update job set attempt = 3, state = 'running'")
  await harness.work([childHandler("misbehave")])
  const job = await harness.finished(id)
  assert.deepStrictEqual(
    [job.state, job.attempt, job.error?.code, job.error?.parameters],
    ["failed", 3, "JOB_ATTEMPTS_SPENT", { attempts: 3 }],
  )
})

test("a worker that was stalled beyond its heartbeat kills its child and leaves the job to the next", async (t) => {
  const harness = await JobsHarness.open(t)
  await shortenHeartbeat(harness)
  const { id } = await harness.enqueue("block")
  const stalled = startProcess(t, harness, "misbehave")
  await harness.reached(id, (job) => job.progress?.phase === "blocking")
  stalled.kill("SIGSTOP")
  const second = await harness.work([childHandler("succeed")])
  const job = await harness.finished(id, 30_000)
  assert.deepStrictEqual([job.state, job.attempt], ["succeeded", 2])
  await second.close()
  stalled.kill("SIGCONT")
  // Its one place is free again only once it has let go of the lost job.
  const next = await harness.enqueue("block")
  await harness.reached(next.id, (other) => other.state === "running", 30_000)
  assert.deepStrictEqual(await harness.job(id), job)
})

async function shortenHeartbeat(harness: JobsHarness): Promise<void> {
  await harness.superuser.query("update pgboss.queue set heartbeat_seconds = $1", [heartbeatSeconds])
}

function startProcess(t: TestContext, harness: JobsHarness, child: string) {
  const { dataFolder, database } = harness
  const argument = JSON.stringify({ appUrl: database.appUrl, dataFolder, child })
  const script = fileURLToPath(entryUrl("children/worker-process", import.meta.url))
  const started = spawn(process.execPath, [script, argument], { stdio: ["ignore", "inherit", "inherit"] })
  t.after(() => started.kill("SIGKILL"))
  return started
}
