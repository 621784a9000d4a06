/** @file What the store offers to others: a database by workspace, migrations, the embedded PostgreSQL, blobs. */
export { addBlobReference, type BlobHolder, collectBlobs, removeBlobReferences } from "./blob-references.ts"
export { type BlobFacts, type BlobStore, openFolderBlobs } from "./blobs.ts"
export {
  announceChange,
  type Change,
  type ChangeWatch,
  hintChange,
  watchChanges,
} from "./changes.ts"
export { type Cluster, type ClusterOptions, startCluster } from "./cluster.ts"
export {
  type CrossWorkspaceReason,
  openStore,
  type Store,
  type StoreOptions,
  type Transaction,
} from "./database.ts"
export type { Database } from "./generated/rows.ts"
export {
  type Instance,
  type InstanceLock,
  type InstanceRole,
  type LiveInstance,
  listLiveInstances,
  registerInstance,
  takeInstanceLock,
} from "./instance.ts"
export type { JsonValue } from "./json.ts"
export { type MigrateOptions, migrate, printMigrations } from "./migrate.ts"
