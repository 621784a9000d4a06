/** @file The import job: an uploaded file, staged for a child process, becomes a dataset version. */
import { join } from "node:path"

import { z } from "zod"

import type { Clock } from "../base/clock.ts"
import { entryUrl } from "../base/entry.ts"
import { newIdentifier } from "../base/identifiers.ts"
import type { Limits } from "../base/limits.ts"
import { addAuditEntry, type KeepAnswer } from "../identity/index.ts"
import { type AnyJobHandler, enqueue, type Job, jobHandler } from "../jobs/index.ts"
import { addBlobReference, type BlobStore, removeBlobReferences, type Store } from "../store/index.ts"
import { addDatasetVersion } from "./datasets.ts"
import { type ImportOptions, importOptionsSchema, importOutputSchema } from "./import-contract.ts"

export const importJobKind = "collect.import"

const argumentsSchema = z.object({
  dataset: z.string(),
  uploadId: z.string(),
  uploadDigest: z.string(),
  requestedBy: z.string().nullable(),
  options: importOptionsSchema,
})
type ImportArguments = z.infer<typeof argumentsSchema>

const gatheredSchema = z.object({
  imported: importOutputSchema,
  file: z.object({ digest: z.string(), byteLength: z.number() }),
})

/** Queues the import; the upload is held by a reference of its own until the job is done. */
export function startImport(
  { store, clock, limits }: { readonly store: Store; readonly clock: Clock; readonly limits: Limits },
  input: {
    readonly workspaceId: string
    readonly keyId: string | null
    readonly dataset: string
    readonly upload: { readonly digest: string; readonly byteLength: number }
    readonly options: ImportOptions
    readonly keep?: KeepAnswer<Job>
  },
): Promise<Job> {
  const { workspaceId, keyId, dataset, upload, options } = input
  const uploadId = newIdentifier(clock)
  return store.inWorkspace(workspaceId, async (transaction) => {
    await addBlobReference(transaction, {
      workspaceId,
      digest: upload.digest,
      byteLength: upload.byteLength,
      holderKind: "upload",
      holderId: uploadId,
    })
    const importArguments: ImportArguments = {
      dataset,
      uploadId,
      uploadDigest: upload.digest,
      requestedBy: keyId,
      options,
    }
    const job = await enqueue(transaction, {
      workspaceId,
      kind: importJobKind,
      arguments: importArguments,
      createdBy: keyId,
      clock,
      limits,
    })
    await input.keep?.(transaction, job)
    return job
  })
}

export function importJobHandler(options: {
  readonly blobs: BlobStore
  readonly limits: Limits
  readonly clock: Clock
}): AnyJobHandler {
  const { blobs, limits, clock } = options
  return jobHandler<ImportArguments>({
    kind: importJobKind,
    module: entryUrl("./import-child", import.meta.url),
    parse: (given) => argumentsSchema.parse(given),
    prepare: async (job, { folder }) => {
      const uploadPath = join(folder, "upload")
      await blobs.copyTo(job.arguments.uploadDigest, uploadPath)
      return { uploadPath, options: job.arguments.options, limits }
    },
    gather: async (_job, output) => {
      const imported = importOutputSchema.parse(output)
      return { imported, file: await blobs.putFile(imported.parquetPath) }
    },
    commit: async (transaction, job, output) => {
      const { imported, file } = gatheredSchema.parse(output)
      const { dataset, uploadId, uploadDigest, options: given } = job.arguments
      const { workspaceId } = job
      const source = {
        filename: given.filename,
        uploadDigest,
        dialect: imported.dialect,
        warnings: imported.warnings,
      }
      const added = await addDatasetVersion(
        transaction,
        { workspaceId, dataset, jobId: job.id, file, imported, source },
        clock,
      )
      await removeBlobReferences(transaction, { workspaceId, holderKind: "upload", holderId: uploadId })
      const entry = {
        workspaceId,
        apiKeyId: job.arguments.requestedBy,
        action: "dataset.add_version",
        subject: dataset,
        details: { version: added.version, contentDigest: imported.contentDigest, isNew: added.isNew },
      }
      await addAuditEntry(transaction, { ...entry, clock })
      const { rowCount, rejected } = imported
      return { dataset, version: added.version, isNew: added.isNew, rowCount, rejectedCount: rejected.count }
    },
  })
}
