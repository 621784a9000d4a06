/** @file The contract between a job's module, which runs in a child process, and the process that started it. */
import { z } from "zod"

/** How far a job is: `done` of `total` within a phase; `total` is null where nobody can know it. */
export type Progress = {
  readonly phase: string
  readonly done: number
  readonly total: number | null
  readonly message: string | null
}

/** What a job's module gets besides its input. */
export type JobContext = {
  /** A folder of this attempt alone: staged files are in it, and it is removed when the attempt ends. */
  readonly folder: string
  /** Cheap enough for every step: what is more frequent than people can read is dropped here. */
  readonly progress: (progress: Progress) => void
  /** True once the job is to be cancelled; whoever returns early is not killed. */
  readonly shouldStop: () => boolean
}

/** What a job's module exports: `run` takes JSON and gives JSON back; large things go through files in the folder. */
export type JobModule = {
  readonly run: (input: unknown, context: JobContext) => Promise<unknown>
}

export const progressSchema = z.object({
  phase: z.string(),
  done: z.number(),
  total: z.number().nullable(),
  message: z.string().nullable(),
})

const problemSchema = z.object({
  code: z.string(),
  message: z.string(),
  row: z.number().optional(),
  column: z.string().optional(),
})

/** Parent to child: the first starts the work, the second asks it to stop. */
export const orderSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("start"), module: z.string(), input: z.unknown(), folder: z.string() }),
  z.object({ type: z.literal("stop") }),
])
export type Order = z.infer<typeof orderSchema>

/** Child to parent; the last three end the work and carry the child's own peak of resident memory. */
export const reportSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("progress"), progress: progressSchema }),
  z.object({ type: z.literal("done"), output: z.unknown(), memoryPeakBytes: z.number() }),
  z.object({
    type: z.literal("fault"),
    code: z.string(),
    parameters: z.record(z.string(), z.union([z.string(), z.number()])),
    problems: z.array(problemSchema),
    memoryPeakBytes: z.number(),
  }),
  z.object({
    type: z.literal("failed"),
    /** For the log only: messages and stacks of unexpected errors are not for users. */
    message: z.string(),
    memoryPeakBytes: z.number(),
  }),
])
export type Report = z.infer<typeof reportSchema>
