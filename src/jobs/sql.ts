/** @file All SQL of jobs: table job is the truth; what an attempt writes is accepted only while the row still has its number. */
import { type Selectable, sql } from "kysely"
import { z } from "zod"

import type { Database, JsonValue, Transaction } from "../store/index.ts"
import type { Job, JobError, JobState } from "./job.ts"
import { progressSchema } from "./job-module.ts"

export type JobRow = Selectable<Database["job"]>
export type JobKey = { readonly workspaceId: string; readonly jobId: string }
export type AttemptKey = JobKey & { readonly attempt: number }

const grown = { revision: sql<number>`revision + 1` }
const now = sql<Date>`now()`

export async function insertJob(
  transaction: Transaction,
  job: {
    readonly workspaceId: string
    readonly id: string
    readonly kind: string
    readonly arguments: JsonValue
    readonly createdBy: string | null
  },
): Promise<JobRow> {
  return await transaction
    .insertInto("job")
    .values({
      workspace_id: job.workspaceId,
      id: job.id,
      kind: job.kind,
      arguments: JSON.stringify(job.arguments),
      created_by: job.createdBy,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** At most `limit` are counted, by index job_unfinished. */
export async function countQueuedJobs(
  transaction: Transaction,
  workspaceId: string,
  limit: number,
): Promise<number> {
  const { rows } = await sql<{ waiting: number }>`
    select count(*)::int4 as waiting
    from (select 1 from job where workspace_id = ${workspaceId} and state = 'queued' limit ${limit}) as queued`.execute(
    transaction,
  )
  return rows[0]?.waiting ?? 0
}

/** By index job_unfinished. */
export async function countUnfinishedJobs(
  transaction: Transaction,
  workspaceId: string,
): Promise<{ queued: number; running: number }> {
  const { rows } = await sql<{ queued: number; running: number }>`
    select (count(*) filter (where state = 'queued'))::int4 as queued,
      (count(*) filter (where state = 'running'))::int4 as running
    from job where workspace_id = ${workspaceId} and state in ('queued', 'running')`.execute(transaction)
  return rows[0] ?? { queued: 0, running: 0 }
}

export async function selectJob(transaction: Transaction, key: JobKey): Promise<JobRow | undefined> {
  return await transaction
    .selectFrom("job")
    .selectAll()
    .where("workspace_id", "=", key.workspaceId)
    .where("id", "=", key.jobId)
    .executeTakeFirst()
}

/** Newest first, by index job_newest; from the job after `cursor`, the id of the last one of the page before. */
export async function selectJobs(
  transaction: Transaction,
  page: { readonly workspaceId: string; readonly limit: number; readonly cursor: string | null },
): Promise<JobRow[]> {
  let query = transaction
    .selectFrom("job")
    .selectAll()
    .where("workspace_id", "=", page.workspaceId)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(page.limit)
  if (page.cursor !== null)
    query = query.where(
      sql<boolean>`(created_at, id) < (select created_at, id from job where workspace_id = ${page.workspaceId} and id = ${page.cursor})`,
    )
  return await query.execute()
}

/** Takes the job for its next attempt; undefined when it is finished, cancelled or has no attempt left. */
export async function startAttempt(
  transaction: Transaction,
  key: JobKey & { readonly attemptsMax: number },
): Promise<JobRow | undefined> {
  return await transaction
    .updateTable("job")
    .set({
      state: "running",
      attempt: sql<number>`attempt + 1`,
      progress: null,
      started_at: sql<Date>`coalesce(started_at, now())`,
      ...grown,
    })
    .where("workspace_id", "=", key.workspaceId)
    .where("id", "=", key.jobId)
    .where("state", "in", ["queued", "running"])
    .where("cancel_requested", "=", false)
    .where("attempt", "<", key.attemptsMax)
    .returningAll()
    .executeTakeFirst()
}

/** The row if this attempt still owns the job, locked so that nobody takes or cancels it before the transaction ends. */
export async function lockAttempt(transaction: Transaction, key: AttemptKey): Promise<JobRow | undefined> {
  return await transaction
    .selectFrom("job")
    .selectAll()
    .where("workspace_id", "=", key.workspaceId)
    .where("id", "=", key.jobId)
    .where("attempt", "=", key.attempt)
    .where("state", "=", "running")
    .forUpdate()
    .executeTakeFirst()
}

export async function writeProgress(
  transaction: Transaction,
  key: AttemptKey,
  seen: { readonly progress?: JsonValue; readonly memoryPeakBytes: number },
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable("job")
    .set({
      ...(seen.progress === undefined ? {} : { progress: JSON.stringify(seen.progress) }),
      memory_peak_bytes: greatestPeak(seen.memoryPeakBytes),
      ...grown,
    })
    .where("workspace_id", "=", key.workspaceId)
    .where("id", "=", key.jobId)
    .where("attempt", "=", key.attempt)
    .where("state", "=", "running")
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** The end of a job, or of one attempt when the state is queued again. The caller holds the row by lockAttempt or owns no attempt. */
export async function settleJob(
  transaction: Transaction,
  key: JobKey,
  end: {
    readonly state: Exclude<JobState, "running">
    readonly result?: JsonValue
    readonly error?: JobError
    readonly progress?: JsonValue
    readonly memoryPeakBytes?: number
    /** The attempt was broken off by us and does not count. */
    readonly isAttemptReturned?: boolean
  },
): Promise<void> {
  await transaction
    .updateTable("job")
    .set({
      state: end.state,
      ...(end.result === undefined ? {} : { result: JSON.stringify(end.result) }),
      error: errorText(end.error),
      ...(end.memoryPeakBytes === undefined ? {} : { memory_peak_bytes: greatestPeak(end.memoryPeakBytes) }),
      ...(end.isAttemptReturned === true ? { attempt: sql<number>`attempt - 1` } : {}),
      ...(end.progress === undefined ? {} : { progress: JSON.stringify(end.progress) }),
      ...(end.state === "queued" ? { progress: null } : { finished_at: now }),
      ...grown,
    })
    .where("workspace_id", "=", key.workspaceId)
    .where("id", "=", key.jobId)
    .execute()
}

/** A waiting job is cancelled at once, a running one asked to; undefined when it is finished or is not there. */
export async function requestCancel(
  transaction: Transaction,
  key: JobKey,
  error: JobError,
): Promise<JobRow | undefined> {
  const told = errorText(error)
  return await transaction
    .updateTable("job")
    .set({
      cancel_requested: true,
      state: sql<JobState>`case when state = 'queued' then 'cancelled' else state end`,
      error: sql<string>`case when state = 'queued' then ${told}::jsonb else error end`,
      finished_at: sql<Date | null>`case when state = 'queued' then now() else finished_at end`,
      ...grown,
    })
    .where("workspace_id", "=", key.workspaceId)
    .where("id", "=", key.jobId)
    .where("state", "in", ["queued", "running"])
    .returningAll()
    .executeTakeFirst()
}

/** Which of these jobs run in which attempt; as quernstone_system. */
export async function selectRunningAttempts(
  transaction: Transaction,
  jobIds: readonly string[],
): Promise<{ id: string; attempt: number }[]> {
  if (jobIds.length === 0) return []
  return await transaction
    .selectFrom("job")
    .select(["id", "attempt"])
    .where("id", "in", [...jobIds])
    .where("state", "=", "running")
    .execute()
}

export function jobOf(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    attempt: row.attempt,
    progress: row.progress === null ? null : progressSchema.parse(row.progress),
    result: recordOf(row.result),
    error: errorOf(row.error),
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    revision: row.revision,
  }
}

const errorSchema = z.object({
  code: z.string(),
  parameters: z.record(z.string(), z.union([z.string(), z.number()])),
  message: z.string(),
})

function errorOf(value: JsonValue | null): JobError | null {
  return value === null ? null : errorSchema.parse(value)
}

function recordOf(value: JsonValue | null): Job["result"] {
  return typeof value === "object" && value !== null && !isList(value) ? value : null
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function errorText(error: JobError | undefined): string | null {
  return error === undefined ? null : JSON.stringify(error)
}

function greatestPeak(bytes: number) {
  return sql<number>`greatest(memory_peak_bytes, ${Math.round(bytes)}::int8)`
}
