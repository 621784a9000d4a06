/** @file The registry as doors call it: each call one transaction of the caller's workspace. */
import type { Readable } from "node:stream"

import type { BlobStore, Store } from "../store/index.ts"
import { type LineageEdge, lineageOf } from "./lineage.ts"
import {
  getModel,
  getModelVersion,
  listModels,
  listModelVersions,
  type Model,
  type ModelVersion,
  type Page,
  type Paged,
  setAlias,
  type VersionChoice,
} from "./models.ts"

export type Registry = {
  readonly listModels: (workspaceId: string, page: Page) => Promise<Paged<Model>>
  /** Throws MODEL_NOT_FOUND. */
  readonly getModel: (workspaceId: string, name: string) => Promise<Model>
  /** Throws MODEL_NOT_FOUND. */
  readonly listModelVersions: (workspaceId: string, name: string, page: Page) => Promise<Paged<ModelVersion>>
  /** Throws MODEL_NOT_FOUND, MODEL_VERSION_NOT_FOUND, ALIAS_NOT_FOUND. */
  readonly getModelVersion: (
    workspaceId: string,
    name: string,
    choice: VersionChoice,
  ) => Promise<ModelVersion>
  /** The file as it is served. Throws as `getModelVersion`. */
  readonly openModelFile: (
    workspaceId: string,
    name: string,
    choice: VersionChoice,
  ) => Promise<{ readonly version: ModelVersion; readonly content: Readable }>
  /** Throws as `getModelVersion`. */
  readonly lineageOfVersion: (
    workspaceId: string,
    name: string,
    choice: VersionChoice,
  ) => Promise<readonly LineageEdge[]>
  /** Throws MODEL_NOT_FOUND, MODEL_VERSION_NOT_FOUND. */
  readonly setAlias: (
    workspaceId: string,
    change: { readonly model: string; readonly alias: string; readonly version: number },
  ) => Promise<Model>
}

export function createRegistry({
  store,
  blobs,
}: {
  readonly store: Store
  readonly blobs: BlobStore
}): Registry {
  const getVersion: Registry["getModelVersion"] = (workspaceId, name, choice) =>
    store.inWorkspace(workspaceId, (transaction) => getModelVersion(transaction, name, choice))
  return {
    listModels: (workspaceId, page) =>
      store.inWorkspace(workspaceId, (transaction) => listModels(transaction, page)),
    getModel: (workspaceId, name) =>
      store.inWorkspace(workspaceId, (transaction) => getModel(transaction, name)),
    listModelVersions: (workspaceId, name, page) =>
      store.inWorkspace(workspaceId, (transaction) => listModelVersions(transaction, name, page)),
    getModelVersion: getVersion,
    openModelFile: async (workspaceId, name, choice) => {
      const version = await getVersion(workspaceId, name, choice)
      return { version, content: await blobs.read(version.fileDigest) }
    },
    lineageOfVersion: (workspaceId, name, choice) =>
      store.inWorkspace(workspaceId, async (transaction) => {
        const { id } = await getModelVersion(transaction, name, choice)
        return lineageOf(transaction, { kind: "model_version", id })
      }),
    setAlias: (workspaceId, change) =>
      store.inWorkspace(workspaceId, (transaction) => setAlias(transaction, { workspaceId, ...change })),
  }
}
