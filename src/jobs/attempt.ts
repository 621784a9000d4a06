/** @file One attempt at a job, from the taken ticket to the settled row: staged, run in a child, kept, or given back. */
import { setTimeout as wait } from "node:timers/promises"

import type { Clock } from "../base/clock.ts"
import { type Fault, fault, isFault, messageOf } from "../base/errors.ts"
import type { Limits } from "../base/limits.ts"
import type { Log } from "../base/log.ts"
import { hintChange, type JsonValue, type Store, type Transaction } from "../store/index.ts"
import { sendTicket, type Ticket, type TicketQueue } from "./boss.ts"
import { makeAttemptFolder, removeAttemptFolder } from "./folders.ts"
import type { AnyJobHandler, RunningJob } from "./job.ts"
import type { Progress } from "./job-module.ts"
import { jobErrorOf, jobTopics } from "./queue.ts"
import { runChild } from "./run-child.ts"
import { lockAttempt, selectJob, settleJob, startAttempt, writeProgress } from "./sql.ts"

export type AttemptSettings = {
  readonly store: Store
  readonly queue: TicketQueue
  readonly log: Log
  readonly clock: Clock
  readonly dataFolder: string
  readonly limits: Pick<Limits, "jobAttemptsMax" | "jobDurationMsMax" | "jobMemoryBytesMax">
  readonly intervals: JobIntervals
}

export type JobIntervals = {
  /** How often a worker asks for jobs that nobody told it of. */
  readonly pollMs: number
  /** How often a running job's ticket is refreshed; well below its heartbeat of 10 s. */
  readonly refreshMs: number
  readonly superviseSeconds: number
  readonly progressMs: number
  readonly cancelGraceMs: number
  /** Before the second attempt; doubled for each further one. */
  readonly retryMs: number
  /** Between two tries to settle a job while the database is away. */
  readonly settleMs: number
}

/** Why a running attempt is to end early: cancelled by a user, given back because this process stops, or taken over by another. */
type Ending = "cancelled" | "stopped" | "lost"
type Result = Readonly<Record<string, JsonValue>>

/** Owns its ticket until `run` returns. */
export class Attempt {
  readonly ticket: Ticket
  readonly #handler: AnyJobHandler
  readonly #settings: AttemptSettings
  readonly #cancel = new AbortController()
  readonly #kill = new AbortController()
  #ending: Ending | null = null
  #progress: Progress | null = null
  #memoryPeakBytes = 0
  #isProgressNew = false
  #isBeating = false
  #isFlushing = false

  constructor(ticket: Ticket, handler: AnyJobHandler, settings: AttemptSettings) {
    this.ticket = ticket
    this.#handler = handler
    this.#settings = settings
  }

  /** A request to cancel; the child gets its grace. */
  cancel(): void {
    this.#ending ??= "cancelled"
    this.#cancel.abort()
  }

  /** This process ends: the child is killed and the job goes back to the queue at once, its attempt not counted. */
  stop(): void {
    this.#ending ??= "stopped"
    this.#kill.abort()
  }

  async run(): Promise<void> {
    const job = await this.#settings.store.inWorkspace(this.ticket.workspaceId, (transaction) =>
      this.#take(transaction),
    )
    if (job === null) return
    const beat = setInterval(() => void this.#beat(job), this.#settings.intervals.refreshMs)
    const flush = setInterval(() => void this.#flush(job), this.#settings.intervals.progressMs)
    try {
      await this.#runTaken(job)
    } finally {
      clearInterval(beat)
      clearInterval(flush)
    }
  }

  /** Null when there is nothing to run; then the ticket is settled already. */
  async #take(transaction: Transaction): Promise<RunningJob<unknown> | null> {
    const { ticket } = this
    const attemptsMax = this.#settings.limits.jobAttemptsMax
    const row = await startAttempt(transaction, { ...ticket, attemptsMax })
    if (row !== undefined) {
      await this.#tell(transaction)
      return { id: row.id, workspaceId: row.workspace_id, arguments: row.arguments, attempt: row.attempt }
    }
    const found = await selectJob(transaction, ticket)
    if (found?.state === "queued" || found?.state === "running") {
      const error = found.cancel_requested
        ? fault("JOB_CANCELLED", {})
        : fault("JOB_ATTEMPTS_SPENT", { attempts: found.attempt })
      await settleJob(transaction, ticket, {
        state: found.cancel_requested ? "cancelled" : "failed",
        error: jobErrorOf(error),
      })
      await this.#tell(transaction)
    }
    await this.#settings.queue.complete(transaction, ticket)
    return null
  }

  async #runTaken(job: RunningJob<unknown>): Promise<void> {
    const { dataFolder, log } = this.#settings
    const own = { jobId: job.id, attempt: job.attempt }
    let failure: Fault | null = null
    try {
      const folder = await makeAttemptFolder(dataFolder, own)
      const output = await this.#compute(job, folder)
      await this.#succeed(job, output)
    } catch (error) {
      failure = this.#faultOf(error)
    }
    // Before the job goes back: the next attempt, perhaps of another process, may have the same number.
    await removeAttemptFolder(dataFolder, own).catch((error: unknown) =>
      log.warn({ jobId: job.id, error: messageOf(error) }, "a job's folder could not be removed"),
    )
    if (failure !== null) await this.#fail(job, failure)
  }

  async #compute(job: RunningJob<unknown>, folder: string): Promise<unknown> {
    const { limits, intervals, log } = this.#settings
    const input = await this.#handler.prepare(job, { folder })
    const { output } = await runChild({
      module: this.#handler.module,
      input,
      folder,
      limits: { memoryBytes: limits.jobMemoryBytesMax, durationMs: limits.jobDurationMsMax },
      onProgress: (progress) => {
        this.#progress = progress
        this.#isProgressNew = true
      },
      onMemoryPeak: (bytes) => {
        this.#memoryPeakBytes = bytes
      },
      signal: this.#cancel.signal,
      killSignal: this.#kill.signal,
      log: log.child({ jobId: job.id, attempt: job.attempt }),
      cancelGraceMs: intervals.cancelGraceMs,
    })
    return this.#handler.gather === undefined ? output : await this.#handler.gather(job, output, { folder })
  }

  /** What the job made and its success are one transaction, which only the attempt that still owns the job can make. */
  async #succeed(job: RunningJob<unknown>, output: unknown): Promise<void> {
    const result = await this.#settle<Result>(job, async (transaction) => {
      const made = await this.#handler.commit(transaction, job, output)
      await settleJob(transaction, this.ticket, {
        state: "succeeded",
        result: made,
        ...this.#seen(),
      })
      return made
    })
    if (result === null) return
    try {
      await this.#handler.afterCommit?.(job, result)
    } catch (error) {
      this.#settings.log.error({ jobId: job.id, error: messageOf(error) }, "what follows a job failed")
    }
  }

  async #fail(job: RunningJob<unknown>, failure: Fault): Promise<void> {
    const { limits, intervals, log } = this.#settings
    const { ticket } = this
    // The ticket is in the queue already; what the row becomes is the next attempt's matter.
    if (this.#ending === "lost") return
    const isStopped = this.#ending === "stopped"
    const isAgain = isStopped || (isWorthRetrying(failure) && job.attempt < limits.jobAttemptsMax)
    const delayMs = isStopped ? 0 : intervals.retryMs * 2 ** (job.attempt - 1)
    log.info({ jobId: job.id, attempt: job.attempt, code: failure.code, isAgain }, "a job's attempt ended")
    await this.#settle(job, async (transaction) => {
      if (isAgain) {
        await settleJob(transaction, ticket, {
          state: "queued",
          ...this.#seen(),
          isAttemptReturned: isStopped,
        })
        await sendTicket(transaction, { ...ticket, delayMs })
        await hintChange(transaction, {
          workspaceId: ticket.workspaceId,
          topic: jobTopics.queued,
          subject: job.id,
        })
      } else {
        const state = failure.code === "JOB_CANCELLED" ? "cancelled" : "failed"
        await settleJob(transaction, ticket, { state, error: jobErrorOf(failure), ...this.#seen() })
      }
      return null
    })
  }

  /**
   * Runs `write` in the transaction that ends this attempt, while it still owns the job. The database may be away: what
   * took hours is not lost for that, the fence decides when it is back. Null when the job was not ours to end.
   */
  async #settle<T>(
    job: RunningJob<unknown>,
    write: (transaction: Transaction) => Promise<T>,
  ): Promise<T | null> {
    for (;;) {
      try {
        return await this.#settings.store.inWorkspace(job.workspaceId, (transaction) =>
          this.#settleOwned(transaction, job, write),
        )
      } catch (error) {
        const isAway = isFault(error) && error.kind === "unavailable"
        if (!isAway || this.#ending === "stopped" || this.#ending === "lost") throw error
        this.#settings.log.warn({ jobId: job.id }, "a job's end waits for the database")
        await wait(this.#settings.intervals.settleMs)
      }
    }
  }

  async #settleOwned<T>(
    transaction: Transaction,
    job: RunningJob<unknown>,
    write: (transaction: Transaction) => Promise<T>,
  ): Promise<T | null> {
    const { ticket } = this
    const row = await lockAttempt(transaction, { ...ticket, attempt: job.attempt })
    if (row === undefined) {
      this.#settings.log.warn({ jobId: job.id, attempt: job.attempt }, "a job was settled by another attempt")
      return null
    }
    let written: T | null = null
    if (row.cancel_requested) {
      const error = jobErrorOf(fault("JOB_CANCELLED", {}))
      await settleJob(transaction, ticket, { state: "cancelled", error, ...this.#seen() })
    } else {
      written = await write(transaction)
    }
    await this.#settings.queue.complete(transaction, ticket)
    await this.#tell(transaction)
    return written
  }

  /** Refreshes the ticket, and sees what the announcements may have missed. */
  async #beat(job: RunningJob<unknown>): Promise<void> {
    const { store, queue, log } = this.#settings
    if (this.#isBeating) return
    this.#isBeating = true
    try {
      if (!(await queue.touch(this.ticket))) this.#lose()
      const row = await store.inWorkspace(job.workspaceId, (transaction) =>
        selectJob(transaction, this.ticket),
      )
      if (row?.attempt !== job.attempt) this.#lose()
      else if (row.cancel_requested) this.cancel()
    } catch (error) {
      log.warn({ jobId: job.id, error: messageOf(error) }, "a job's heartbeat did not get through")
    } finally {
      this.#isBeating = false
    }
  }

  /** Another worker has the job: what this one would still compute can never be kept. */
  #lose(): void {
    this.#ending ??= "lost"
    this.#kill.abort()
  }

  async #flush(job: RunningJob<unknown>): Promise<void> {
    if (!this.#isProgressNew || this.#isFlushing) return
    this.#isProgressNew = false
    this.#isFlushing = true
    try {
      await this.#settings.store.inWorkspace(job.workspaceId, async (transaction) => {
        if (await writeProgress(transaction, { ...this.ticket, attempt: job.attempt }, this.#seen()))
          await this.#tell(transaction)
      })
    } catch (error) {
      this.#settings.log.debug({ jobId: job.id, error: messageOf(error) }, "progress was not written")
    } finally {
      this.#isFlushing = false
    }
  }

  #seen(): { progress?: JsonValue; memoryPeakBytes: number } {
    const memoryPeakBytes = this.#memoryPeakBytes
    return this.#progress === null
      ? { memoryPeakBytes }
      : { progress: { ...this.#progress }, memoryPeakBytes }
  }

  async #tell(transaction: Transaction): Promise<void> {
    const { workspaceId, jobId } = this.ticket
    await hintChange(transaction, { workspaceId, topic: jobTopics.changed, subject: jobId })
  }

  #faultOf(error: unknown): Fault {
    if (isFault(error)) return error
    const { jobId } = this.ticket
    const details = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.#settings.log.error({ jobId, error: details }, "a job failed unexpectedly outside its process")
    return fault("JOB_FAILED", {})
  }
}

/** The same data and the same limits give the same fault; only what the surroundings did may be otherwise next time. */
function isWorthRetrying(failure: Fault): boolean {
  if (failure.code === "JOB_OUT_OF_MEMORY") return false
  return ["internal", "unavailable", "tooMany", "full"].includes(failure.kind)
}
