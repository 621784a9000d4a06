/** @file What the tests of jobs share: a database with a change watch, workers with short intervals, kinds that run small modules. */
import type { TestContext } from "node:test"

import type { Client } from "pg"

import { systemClock } from "../../src/base/clock.ts"
import { entryUrl } from "../../src/base/entry.ts"
import { defaultLimits } from "../../src/base/limits.ts"
import {
  type AnyJobHandler,
  enqueue,
  getJob,
  type Job,
  type JobHandler,
  type JobWorker,
  type JobWorkerOptions,
  jobHandler,
  startJobs,
} from "../../src/jobs/index.ts"
import { type ChangeWatch, type JsonValue, type Store, watchChanges } from "../../src/store/index.ts"
import { silentLog, type TestStore, temporaryDataFolder, testStore } from "../database.ts"
import { openSuperuser } from "../superuser.ts"

export const MIB = 1024 * 1024
export const shortIntervals = { pollMs: 100, refreshMs: 200, progressMs: 50, cancelGraceMs: 200, retryMs: 50 }

/** Workers and the change watch are closed before the database is: hooks run in the order of their registration. */
export class JobsHarness {
  readonly store: Store
  readonly changes: ChangeWatch
  readonly workspaceId: string
  readonly dataFolder: string
  readonly superuser: Client
  readonly database: TestStore
  readonly #t: TestContext
  readonly #closing: (() => Promise<void>)[]

  private constructor(parts: {
    readonly t: TestContext
    readonly database: TestStore
    readonly changes: ChangeWatch
    readonly superuser: Client
    readonly dataFolder: string
    readonly closing: (() => Promise<void>)[]
  }) {
    this.#t = parts.t
    this.#closing = parts.closing
    this.database = parts.database
    this.store = parts.database.store
    this.workspaceId = parts.database.workspaceId
    this.changes = parts.changes
    this.superuser = parts.superuser
    this.dataFolder = parts.dataFolder
  }

  static async open(t: TestContext): Promise<JobsHarness> {
    const closing: (() => Promise<void>)[] = []
    t.after(async () => {
      for (const close of closing.toReversed()) await close()
    })
    const database = await testStore(t)
    const superuser = await openSuperuser(t, database)
    const dataFolder = await temporaryDataFolder(t)
    const changes = await watchChanges({ store: database.store, log: silentLog, pollMs: 100 })
    closing.push(() => changes.close())
    return new JobsHarness({ t, database, changes, superuser, dataFolder, closing })
  }

  async work(
    handlers: readonly AnyJobHandler[],
    options: Partial<JobWorkerOptions> = {},
  ): Promise<JobWorker> {
    const worker = await startJobs({
      store: this.store,
      changes: this.changes,
      handlers,
      limits: { ...defaultLimits, jobMemoryBytesMax: 500 * MIB },
      log: silentLog,
      clock: systemClock,
      dataFolder: this.dataFolder,
      concurrency: 1,
      ...options,
      intervals: { ...shortIntervals, ...options.intervals },
    })
    this.#closing.push(() => worker.close())
    return worker
  }

  async enqueue(jobArguments: JsonValue, kind = "collect.import"): Promise<Job> {
    return await this.store.inWorkspace(this.workspaceId, (transaction) =>
      enqueue(transaction, {
        workspaceId: this.workspaceId,
        kind,
        arguments: jobArguments,
        createdBy: null,
        clock: systemClock,
        limits: defaultLimits,
      }),
    )
  }

  async job(jobId: string): Promise<Job> {
    return await this.store.inWorkspace(this.workspaceId, (transaction) =>
      getJob(transaction, { workspaceId: this.workspaceId, jobId }),
    )
  }

  /** The job once `isReached` is true of it. */
  async reached(jobId: string, isReached: (job: Job) => boolean, timeoutMs = 20_000): Promise<Job> {
    return await this.#t.waitFor(
      async () => {
        const job = await this.job(jobId)
        if (!isReached(job)) throw new Error(`job is ${JSON.stringify(job)}`)
        return job
      },
      { timeout: timeoutMs, interval: 25 },
    )
  }

  async finished(jobId: string, timeoutMs?: number): Promise<Job> {
    return await this.reached(jobId, (job) => job.finishedAt !== null, timeoutMs)
  }
}

/** A kind whose child is a module of test/jobs/children; its arguments are the child's input, its output the result. */
export function childHandler(name: string, options: Partial<JobHandler<JsonValue>> = {}): AnyJobHandler {
  return jobHandler<JsonValue>({
    kind: "collect.import",
    module: entryUrl(`children/${name}`, import.meta.url),
    parse: (value) => jsonOf(value),
    prepare: (job) => Promise.resolve(job.arguments),
    commit: (_transaction, _job, output) => Promise.resolve({ output: jsonOf(output) }),
    ...options,
  })
}

export function jsonOf(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value ?? null))
}
