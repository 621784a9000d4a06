/** @file What others do with jobs: put one in, look, list, cancel, watch. */

import type { Clock } from "../base/clock.ts"
import { type Fault, fault } from "../base/errors.ts"
import { newIdentifier } from "../base/identifiers.ts"
import type { Limits } from "../base/limits.ts"
import type { JsonValue, Store, Transaction } from "../store/index.ts"
import { announceChange, type ChangeWatch, hintChange } from "../store/index.ts"
import { sendTicket } from "./boss.ts"
import type { Job, JobError } from "./job.ts"
import {
  countQueuedJobs,
  countUnfinishedJobs,
  insertJob,
  type JobKey,
  jobOf,
  requestCancel,
  selectJob,
  selectJobs,
} from "./sql.ts"

/** Topics of changes: a row changed; a job may be taken; a job is to stop. Only the last one must not be missed. */
export const jobTopics = { changed: "job", queued: "job.queued", cancelled: "job.cancelled" } as const

const defaultWatchPollMs = 2_000

/** The job and its place in the queue are in the caller's transaction: rolled back with it, run only after it. Throws JOB_QUEUE_FULL. */
export async function enqueue(
  transaction: Transaction,
  order: {
    readonly workspaceId: string
    readonly kind: string
    readonly arguments: JsonValue
    /** The API key that asked for it. */
    readonly createdBy: string | null
    readonly clock: Clock
    readonly limits: Pick<Limits, "jobQueueMax">
  },
): Promise<Job> {
  const { workspaceId, kind } = order
  const limit = order.limits.jobQueueMax
  const waiting = await countQueuedJobs(transaction, workspaceId, limit)
  if (waiting >= limit) throw fault("JOB_QUEUE_FULL", { waiting, limit })
  const id = newIdentifier(order.clock)
  const row = await insertJob(transaction, { ...order, id })
  await sendTicket(transaction, { kind, jobId: id, workspaceId, delayMs: 0 })
  await hintChange(transaction, { workspaceId, topic: jobTopics.queued, subject: id })
  return jobOf(row)
}

/** Throws JOB_NOT_FOUND. */
export async function getJob(transaction: Transaction, key: JobKey): Promise<Job> {
  const row = await selectJob(transaction, key)
  if (row === undefined) throw fault("JOB_NOT_FOUND", { id: key.jobId })
  return jobOf(row)
}

/** Newest first; the cursor is the id of the last job of the page before, and null starts. Throws JOB_NOT_FOUND for a cursor that is none. */
export async function listJobs(
  transaction: Transaction,
  page: { readonly workspaceId: string; readonly limit: number; readonly cursor: string | null },
): Promise<{ items: Job[]; nextCursor: string | null }> {
  if (page.cursor !== null) await getJob(transaction, { workspaceId: page.workspaceId, jobId: page.cursor })
  const rows = await selectJobs(transaction, { ...page, limit: page.limit + 1 })
  const items = rows.slice(0, page.limit).map(jobOf)
  return { items, nextCursor: rows.length > page.limit ? (items.at(-1)?.id ?? null) : null }
}

/** How many jobs of a workspace wait and run, in all processes. */
export async function countJobs(
  transaction: Transaction,
  workspaceId: string,
): Promise<{ queued: number; running: number }> {
  return await countUnfinishedJobs(transaction, workspaceId)
}

/**
 * Cancels a waiting job at once and asks a running one to stop: its process, wherever it is, hears within two seconds.
 * A finished job stays as it is. Throws JOB_NOT_FOUND.
 */
export async function cancelJob(transaction: Transaction, key: JobKey): Promise<Job> {
  const row = await requestCancel(transaction, key, jobErrorOf(fault("JOB_CANCELLED", {})))
  if (row === undefined) return await getJob(transaction, key)
  const { workspaceId, jobId } = key
  await announceChange(transaction, { workspaceId, topic: jobTopics.cancelled, subject: jobId })
  await hintChange(transaction, { workspaceId, topic: jobTopics.changed, subject: jobId })
  return jobOf(row)
}

/** Gives the job at each revision after `afterRevision` that it meets (not every one), the last when it is finished. Throws JOB_NOT_FOUND. */
export async function* watchJob(options: {
  readonly store: Store
  readonly changes: ChangeWatch
  readonly workspaceId: string
  readonly jobId: string
  /** 0 gives the present state first. */
  readonly afterRevision: number
  readonly signal?: AbortSignal
  readonly pollMs?: number
}): AsyncGenerator<Job, void, undefined> {
  const { store, workspaceId, jobId, signal } = options
  const bell = new Bell(options.pollMs ?? defaultWatchPollMs)
  const unsubscribe = options.changes.subscribe(jobTopics.changed, (change) => {
    if (change.subject === jobId) bell.ring()
  })
  const onAbort = () => bell.ring()
  signal?.addEventListener("abort", onAbort, { once: true })
  let seen = options.afterRevision
  try {
    while (signal?.aborted !== true) {
      const job = await store.inWorkspace(workspaceId, (transaction) =>
        getJob(transaction, { workspaceId, jobId }),
      )
      if (job.revision > seen) yield job
      seen = Math.max(seen, job.revision)
      if (job.finishedAt !== null) return
      await bell.rung()
    }
  } finally {
    unsubscribe()
    signal?.removeEventListener("abort", onAbort)
  }
}

export function jobErrorOf(error: Fault): JobError {
  return { code: error.code, parameters: error.parameters, message: error.message }
}

/** Waits for a ring or for the poll, whichever comes first; a ring while nobody waits is kept. */
class Bell {
  readonly #pollMs: number
  #isRung = false
  #wake: (() => void) | null = null

  constructor(pollMs: number) {
    this.#pollMs = pollMs
  }

  ring(): void {
    this.#isRung = true
    this.#wake?.()
  }

  async rung(): Promise<void> {
    if (!this.#isRung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#pollMs)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.#wake = null
    this.#isRung = false
  }
}
