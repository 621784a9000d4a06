/** @file Jobs as doors call them: look, list, cancel, watch. */
import type { ChangeWatch, Store } from "../store/index.ts"
import type { Job } from "./job.ts"
import { cancelJob, getJob, listJobs, watchJob } from "./queue.ts"

export type JobDesk = {
  /** Throws JOB_NOT_FOUND. */
  readonly get: (workspaceId: string, jobId: string) => Promise<Job>
  readonly list: (
    workspaceId: string,
    page: { readonly limit: number; readonly cursor: string | null },
  ) => Promise<{ items: Job[]; nextCursor: string | null }>
  /** Throws JOB_NOT_FOUND. */
  readonly cancel: (workspaceId: string, jobId: string) => Promise<Job>
  /** See `watchJob`. */
  readonly watch: (
    workspaceId: string,
    jobId: string,
    options: { readonly afterRevision: number; readonly signal: AbortSignal },
  ) => AsyncGenerator<Job, void, undefined>
}

export function createJobDesk({
  store,
  changes,
}: {
  readonly store: Store
  readonly changes: ChangeWatch
}): JobDesk {
  return {
    get: (workspaceId, jobId) =>
      store.inWorkspace(workspaceId, (transaction) => getJob(transaction, { workspaceId, jobId })),
    list: (workspaceId, page) =>
      store.inWorkspace(workspaceId, (transaction) => listJobs(transaction, { workspaceId, ...page })),
    cancel: (workspaceId, jobId) =>
      store.inWorkspace(workspaceId, (transaction) => cancelJob(transaction, { workspaceId, jobId })),
    watch: (workspaceId, jobId, options) => watchJob({ store, changes, workspaceId, jobId, ...options }),
  }
}
