/** @file Names of jobs that other rooms may use. */
export type { JobIntervals } from "./attempt.ts"
export { entryUrl } from "./entry-url.ts"
export {
  type AnyJobHandler,
  type Job,
  type JobError,
  type JobHandler,
  type JobState,
  jobHandler,
  type RunningJob,
} from "./job.ts"
export { createJobDesk, type JobDesk } from "./job-desk.ts"
export type { JobContext, JobModule, Progress } from "./job-module.ts"
export { cancelJob, countJobs, enqueue, getJob, jobTopics, listJobs, watchJob } from "./queue.ts"
export { type ChildLimits, type ChildOutcome, type RunChildOptions, runChild } from "./run-child.ts"
export { defaultJobIntervals, type JobWorker, type JobWorkerOptions, startJobs } from "./worker.ts"
