/** @file The datasets of a workspace as doors call them. */
import type { Readable } from "node:stream"

import type { Clock } from "../base/clock.ts"
import type { Limits } from "../base/limits.ts"
import type { KeepAnswer } from "../identity/index.ts"
import type { Job } from "../jobs/index.ts"
import type { Page, Paged } from "../registry/index.ts"
import type { BlobStore, Store } from "../store/index.ts"
import {
  type Dataset,
  type DatasetVersion,
  getDataset,
  getDatasetVersion,
  listDatasets,
  listDatasetVersions,
} from "./datasets.ts"
import type { ImportOptions } from "./import-contract.ts"
import { startImport } from "./import-job.ts"

export type Upload = { readonly digest: string; readonly byteLength: number }

export type Collection = {
  /** Streams an upload into the blob store, whatever its size. Throws BLOB_TOO_LARGE, STORAGE_FULL. */
  readonly receive: (source: Readable) => Promise<Upload>
  /** Throws JOB_QUEUE_FULL. */
  readonly startImport: (order: {
    readonly workspaceId: string
    readonly keyId: string | null
    readonly dataset: string
    readonly upload: Upload
    readonly options: ImportOptions
    readonly keep?: KeepAnswer<Job>
  }) => Promise<Job>
  readonly listDatasets: (workspaceId: string, page: Page) => Promise<Paged<Dataset>>
  /** Throws DATASET_NOT_FOUND. */
  readonly getDataset: (workspaceId: string, name: string) => Promise<Dataset>
  /** Throws DATASET_NOT_FOUND. */
  readonly listVersions: (workspaceId: string, name: string, page: Page) => Promise<Paged<DatasetVersion>>
  /** Throws DATASET_NOT_FOUND, DATASET_VERSION_NOT_FOUND. */
  readonly getVersion: (
    workspaceId: string,
    name: string,
    version: number | "latest",
  ) => Promise<DatasetVersion>
}

export function createCollection(parts: {
  readonly store: Store
  readonly blobs: BlobStore
  readonly limits: Limits
  readonly clock: Clock
}): Collection {
  const { store, blobs, limits } = parts
  return {
    receive: (source) => blobs.put(source, { maxBytes: limits.uploadBytesMax }),
    startImport: (order) => startImport(parts, order),
    listDatasets: (workspaceId, page) =>
      store.inWorkspace(workspaceId, (transaction) => listDatasets(transaction, page)),
    getDataset: (workspaceId, name) =>
      store.inWorkspace(workspaceId, (transaction) => getDataset(transaction, name)),
    listVersions: (workspaceId, name, page) =>
      store.inWorkspace(workspaceId, (transaction) => listDatasetVersions(transaction, name, page)),
    getVersion: (workspaceId, name, version) =>
      store.inWorkspace(workspaceId, (transaction) => getDatasetVersion(transaction, name, version)),
  }
}
