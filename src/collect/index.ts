/** @file Collecting data: uploads become immutable dataset versions. */

export { type Collection, createCollection } from "./collection.ts"
export { type Dataset, type DatasetVersion, getDatasetVersion } from "./datasets.ts"
export { columnSchemaSchema, type ImportOptions } from "./import-contract.ts"
export { importJobHandler } from "./import-job.ts"
