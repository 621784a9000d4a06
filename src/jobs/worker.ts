/** @file Runs jobs in this process: takes tickets up to its number of places, and gives back what it cannot finish. */
import { availableParallelism } from "node:os"

import type { Clock } from "../base/clock.ts"
import { messageOf } from "../base/errors.ts"
import type { Limits } from "../base/limits.ts"
import type { Log } from "../base/log.ts"
import type { Change, ChangeWatch, Store } from "../store/index.ts"
import { Attempt, type AttemptSettings, type JobIntervals } from "./attempt.ts"
import { TicketQueue } from "./boss.ts"
import { sweepAttemptFolders } from "./folders.ts"
import type { AnyJobHandler } from "./job.ts"
import { jobTopics } from "./queue.ts"

export type JobWorker = {
  readonly runningCount: () => number
  /** Takes no more jobs, kills the running children and gives their jobs back to the queue at once. */
  readonly close: () => Promise<void>
}

export const defaultJobIntervals: JobIntervals = {
  pollMs: 2_000,
  refreshMs: 3_000,
  superviseSeconds: 1,
  progressMs: 500,
  cancelGraceMs: 3_000,
  retryMs: 5_000,
  settleMs: 1_000,
}

export type JobWorkerOptions = {
  readonly store: Store
  readonly changes: ChangeWatch
  readonly handlers: readonly AnyJobHandler[]
  readonly limits: Pick<Limits, "jobAttemptsMax" | "jobDurationMsMax" | "jobMemoryBytesMax">
  readonly log: Log
  readonly clock: Clock
  readonly dataFolder: string
  /** Jobs at the same time; one per two cores, and at least one, when not given. */
  readonly concurrency?: number
  readonly intervals?: Partial<JobIntervals>
}

export async function startJobs(options: JobWorkerOptions): Promise<JobWorker> {
  const intervals = { ...defaultJobIntervals, ...options.intervals }
  await sweepAttemptFolders(options.store, options.dataFolder)
  const queue = await TicketQueue.open({ ...options, superviseSeconds: intervals.superviseSeconds })
  const worker = new Worker(options, { ...options, queue, intervals })
  worker.open()
  return worker
}

class Worker implements JobWorker {
  readonly #options: JobWorkerOptions
  readonly #settings: AttemptSettings
  readonly #concurrency: number
  readonly #running = new Map<Attempt, Promise<void>>()
  readonly #unsubscribe: (() => void)[] = []
  #timer: NodeJS.Timeout | null = null
  #filling: Promise<void> | null = null
  #isRefillWanted = false
  #isClosing = false
  /** Where the next round over the kinds begins, so that none waits behind a busy one for ever. */
  #firstKind = 0

  constructor(options: JobWorkerOptions, settings: AttemptSettings) {
    this.#options = options
    this.#settings = settings
    this.#concurrency = options.concurrency ?? Math.max(1, Math.floor(availableParallelism() / 2))
  }

  open(): void {
    const { changes } = this.#options
    this.#unsubscribe.push(
      changes.subscribe(jobTopics.queued, () => this.#fill()),
      changes.subscribe(jobTopics.cancelled, (change) => this.#cancel(change)),
    )
    this.#timer = setInterval(() => this.#fill(), this.#settings.intervals.pollMs)
    this.#fill()
  }

  runningCount(): number {
    return this.#running.size
  }

  async close(): Promise<void> {
    this.#isClosing = true
    if (this.#timer !== null) clearInterval(this.#timer)
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    await this.#filling
    for (const attempt of this.#running.keys()) attempt.stop()
    await Promise.all(this.#running.values())
    await this.#settings.queue.close()
  }

  #cancel(change: Change): void {
    for (const attempt of this.#running.keys()) if (attempt.ticket.jobId === change.subject) attempt.cancel()
  }

  /** One at a time; what is told meanwhile makes it look again, since the queue may have been read before. */
  #fill(): void {
    this.#isRefillWanted = true
    if (this.#isClosing) return
    this.#filling ??= this.#fillPlaces().finally(() => {
      this.#filling = null
      if (this.#isRefillWanted) this.#fill()
    })
  }

  async #fillPlaces(): Promise<void> {
    while (this.#isRefillWanted && !this.#isClosing) {
      this.#isRefillWanted = false
      try {
        while (!this.#isClosing && this.#running.size < this.#concurrency && (await this.#takeOne()));
      } catch (error) {
        this.#options.log.warn({ error: messageOf(error) }, "the job queue cannot be read; trying again")
      }
    }
  }

  async #takeOne(): Promise<boolean> {
    const { handlers } = this.#options
    for (let step = 0; step < handlers.length; step++) {
      const index = (this.#firstKind + step) % handlers.length
      const handler = handlers[index]
      const ticket = handler === undefined ? null : await this.#settings.queue.fetch(handler.kind)
      if (handler === undefined || ticket === null) continue
      this.#firstKind = (index + 1) % handlers.length
      this.#start(new Attempt(ticket, handler, this.#settings))
      return true
    }
    return false
  }

  #start(attempt: Attempt): void {
    const { log } = this.#options
    const run = attempt
      .run()
      // The ticket's heartbeat ends with us, so that a job which could not be settled is taken again.
      .catch((error: unknown) =>
        log.error({ jobId: attempt.ticket.jobId, error: messageOf(error) }, "a job could not be settled"),
      )
      .finally(() => {
        this.#running.delete(attempt)
        this.#fill()
      })
    this.#running.set(attempt, run)
  }
}
