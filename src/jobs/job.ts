/** @file A job as others see it, and what a room hands in so that its kind of job can be run. */
import type { JsonValue, Transaction } from "../store/index.ts"
import type { Progress } from "./job-module.ts"

export type JobState = "queued" | "running" | "succeeded" | "failed" | "cancelled"

/** Times are RFC 3339 in UTC. */
export type Job = {
  readonly id: string
  readonly kind: string
  readonly state: JobState
  /** How many times it was started; what an attempt writes counts only while this is its number. */
  readonly attempt: number
  readonly progress: Progress | null
  readonly result: Readonly<Record<string, JsonValue>> | null
  readonly error: JobError | null
  readonly createdAt: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
  /** Grows with every change. */
  readonly revision: number
}

export type JobError = {
  readonly code: string
  readonly parameters: Readonly<Record<string, string | number>>
  readonly message: string
}

/** A job that is being run, with its parsed arguments. */
export type RunningJob<Arguments> = {
  readonly id: string
  readonly workspaceId: string
  readonly arguments: Arguments
  readonly attempt: number
}

/** How one kind of job is run: staged, computed in a child, kept. */
export type JobHandler<Arguments> = {
  /** Has a queue of this name; a migration makes it by make_job_queue. */
  readonly kind: string
  /** The module whose `run` does the work in a child process. */
  readonly module: URL
  /** Throws when the arguments are not those of this kind. */
  readonly parse: (jobArguments: unknown) => Arguments
  /** Puts what the child needs into the folder and gives the child's input, as JSON. */
  readonly prepare: (job: RunningJob<Arguments>, place: { readonly folder: string }) => Promise<JsonValue>
  /** Before the transaction: puts large files of the folder where they stay; what it gives is the output that `commit` gets. */
  readonly gather?: (
    job: RunningJob<Arguments>,
    output: unknown,
    place: { readonly folder: string },
  ) => Promise<unknown>
  /** In the transaction in which the job succeeds, and only if this attempt still owns it. */
  readonly commit: (
    transaction: Transaction,
    job: RunningJob<Arguments>,
    output: unknown,
  ) => Promise<Readonly<Record<string, JsonValue>>>
  /** After that transaction; a crash may leave it out. */
  readonly afterCommit?: (
    job: RunningJob<Arguments>,
    result: Readonly<Record<string, JsonValue>>,
  ) => void | Promise<void>
}

/** A handler whose arguments are its own matter, so that those of many kinds fit into one list. */
export type AnyJobHandler = Omit<JobHandler<unknown>, "parse">

/** Closes a handler over the type of its arguments. */
export function jobHandler<Arguments>(handler: JobHandler<Arguments>): AnyJobHandler {
  const { gather, afterCommit } = handler
  const typed = (job: RunningJob<unknown>): RunningJob<Arguments> => ({
    ...job,
    arguments: handler.parse(job.arguments),
  })
  return {
    kind: handler.kind,
    module: handler.module,
    prepare: (job, place) => handler.prepare(typed(job), place),
    commit: (transaction, job, output) => handler.commit(transaction, typed(job), output),
    ...(gather === undefined ? {} : { gather: (job, output, place) => gather(typed(job), output, place) }),
    ...(afterCommit === undefined ? {} : { afterCommit: (job, result) => afterCommit(typed(job), result) }),
  }
}
