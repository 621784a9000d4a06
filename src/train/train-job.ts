/** @file The training job: a dataset version, staged for a child process, becomes a model version. */
import { join } from "node:path"

import { z } from "zod"

import type { Clock } from "../base/clock.ts"
import { entryUrl } from "../base/entry.ts"
import { fault } from "../base/errors.ts"
import type { Limits } from "../base/limits.ts"
import { getDatasetVersion } from "../collect/index.ts"
import { addAuditEntry, type KeepAnswer } from "../identity/index.ts"
import { type AnyJobHandler, enqueue, type Job, jobHandler } from "../jobs/index.ts"
import { recipePlanSchema } from "../prepare/recipe.ts"
import { signatureSchema, tasks } from "../prepare/signature.ts"
import { addModelVersion } from "../registry/index.ts"
import type { BlobStore, Store } from "../store/index.ts"
import {
  checkLossTask,
  freeChoice,
  type LearnerFamily,
  type LinearChoice,
  learnerChoiceSchema,
  type NetworkChoice,
} from "./learner-choice.ts"
import { trainingReportSchema } from "./report.ts"

export const trainJobKind = "train.fit"

/** What a user asks for. */
export type TrainingRequest = {
  readonly dataset: string
  readonly datasetVersion?: number | undefined
  readonly target: string
  readonly model?: string | undefined
  readonly task?: (typeof tasks)[number] | undefined
  readonly positive?: string | number | undefined
  readonly recipe?: z.infer<typeof recipePlanSchema> | undefined
  readonly seed?: number | undefined
  readonly learner?: LearnerFamily | undefined
  readonly network?: NetworkChoice | undefined
  readonly linear?: LinearChoice | undefined
}

/** Another seed is another split; one that nobody chose is this. */
const defaultSeed = 7

const argumentsSchema = z.object({
  dataset: z.object({
    name: z.string(),
    version: z.number(),
    id: z.string(),
    fileDigest: z.string(),
    contentDigest: z.string(),
    rowCount: z.number(),
  }),
  model: z.string(),
  target: z.string(),
  task: z.enum(tasks).nullable(),
  positive: z.union([z.string(), z.number()]).nullable(),
  plan: recipePlanSchema.nullable(),
  /** Jobs that were queued before there was a choice have none. */
  choice: learnerChoiceSchema.default(freeChoice),
  seed: z.number(),
  requestedBy: z.string().nullable(),
})
export type TrainArguments = z.infer<typeof argumentsSchema>

const outputSchema = z.object({
  modelPath: z.string(),
  signature: signatureSchema,
  report: trainingReportSchema,
})
export type TrainOutput = z.infer<typeof outputSchema>

const gatheredSchema = z.object({
  trained: outputSchema,
  file: z.object({ digest: z.string(), byteLength: z.number() }),
})

/** Throws DATASET_NOT_FOUND, DATASET_VERSION_NOT_FOUND, TARGET_NOT_FOUND, and LOSS_TASK where the task was given too. */
async function startTraining(
  { store, clock, limits }: { readonly store: Store; readonly clock: Clock; readonly limits: Limits },
  input: {
    readonly workspaceId: string
    readonly keyId: string | null
    readonly request: TrainingRequest
    readonly keep?: KeepAnswer<Job>
  },
): Promise<Job> {
  const { workspaceId, keyId, request } = input
  const { task, network = {} } = request
  if (task !== undefined) checkLossTask(network, { name: request.target, task })
  return store.inWorkspace(workspaceId, async (transaction) => {
    const version = await getDatasetVersion(transaction, request.dataset, request.datasetVersion ?? "latest")
    const names = version.schema.map((column) => column.name)
    if (!names.includes(request.target))
      throw fault("TARGET_NOT_FOUND", { target: request.target, columns: names.join(", ").slice(0, 300) })
    const { dataset: name, id, fileDigest, contentDigest, rowCount } = version
    const trainArguments: TrainArguments = {
      dataset: { name, version: version.version, id, fileDigest, contentDigest, rowCount },
      model: request.model ?? request.dataset,
      target: request.target,
      task: task ?? null,
      positive: request.positive ?? null,
      plan: request.recipe ?? null,
      choice: {
        learner: request.learner ?? null,
        network,
        linear: request.linear ?? {},
      },
      seed: request.seed ?? defaultSeed,
      requestedBy: keyId,
    }
    const job = await enqueue(transaction, {
      workspaceId,
      kind: trainJobKind,
      arguments: trainArguments,
      createdBy: keyId,
      clock,
      limits,
    })
    await input.keep?.(transaction, job)
    return job
  })
}

export function trainJobHandler(options: {
  readonly blobs: BlobStore
  readonly limits: Limits
  readonly clock: Clock
  readonly quernstoneVersion: string
}): AnyJobHandler {
  const { blobs, limits, clock, quernstoneVersion } = options
  return jobHandler<TrainArguments>({
    kind: trainJobKind,
    module: entryUrl("./train-child", import.meta.url),
    parse: (given) => argumentsSchema.parse(given),
    prepare: async (job, { folder }) => {
      const tablePath = join(folder, "table.parquet")
      await blobs.copyTo(job.arguments.dataset.fileDigest, tablePath)
      return { tablePath, arguments: job.arguments, limits, quernstoneVersion }
    },
    gather: async (_job, output) => {
      const trained = outputSchema.parse(output)
      return { trained, file: await blobs.putFile(trained.modelPath) }
    },
    commit: async (transaction, job, output) => {
      const { trained, file } = gatheredSchema.parse(output)
      const { signature, report } = trained
      const { model, dataset } = job.arguments
      const { workspaceId } = job
      const added = await addModelVersion(
        transaction,
        {
          workspaceId,
          model,
          fileDigest: file.digest,
          byteLength: file.byteLength,
          signature,
          report,
          jobId: job.id,
          sources: [{ kind: "dataset_version", id: dataset.id, relation: "trained on" }],
        },
        clock,
      )
      const entry = {
        workspaceId,
        apiKeyId: job.arguments.requestedBy,
        subject: `${model} version ${added.version}`,
        clock,
      }
      await addAuditEntry(transaction, {
        ...entry,
        action: "model.register_version",
        details: { fileDigest: file.digest },
      })
      const read = { dataset: dataset.name, version: dataset.version, rowCount: report.test.rowCount }
      await addAuditEntry(transaction, { ...entry, action: "test_rows.read", details: read })
      return { model, version: added.version, fileDigest: file.digest }
    },
  })
}

/** What the child gets. */
export const trainChildInputSchema = z.object({
  tablePath: z.string(),
  arguments: argumentsSchema,
  limits: z.record(z.string(), z.number()),
  quernstoneVersion: z.string(),
})

/** Training as doors call it. */
export type Trainer = { readonly start: (order: Parameters<typeof startTraining>[1]) => Promise<Job> }

export function createTrainer(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly limits: Limits
}): Trainer {
  return { start: (order) => startTraining(parts, order) }
}
