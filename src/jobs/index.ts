/** @file Names of jobs that other rooms may use. */
export type { JobIntervals } from "./attempt.ts"
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
export { cancelJob, countJobs, enqueue, getJob, listJobs, watchJob } from "./queue.ts"
export { type JobWorker, type JobWorkerOptions, startJobs } from "./worker.ts"
