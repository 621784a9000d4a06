/** @file Datasets and their immutable versions: listing, reading, adding a version that an import made. */
import { z } from "zod"

import type { Clock } from "../base/clock.ts"
import { fault } from "../base/errors.ts"
import { newIdentifier } from "../base/identifiers.ts"
import type { Page, Paged } from "../registry/index.ts"
import { addBlobReference, type Transaction } from "../store/index.ts"
import { type Profile, profileSchema } from "../table/profile-schema.ts"
import type { ColumnSchema } from "../table/table.ts"
import {
  columnSchemaSchema,
  type ImportOutput,
  importOutputSchema,
  type RejectedRow,
  rejectedRowSchema,
} from "./import-contract.ts"
import * as sql from "./sql.ts"

const sourceSchema = z.object({
  filename: z.string().nullable(),
  uploadDigest: z.string(),
  dialect: importOutputSchema.shape.dialect,
  warnings: importOutputSchema.shape.warnings,
})
export type DatasetSource = z.infer<typeof sourceSchema>

export type DatasetVersion = {
  readonly id: string
  readonly dataset: string
  readonly version: number
  readonly fileDigest: string
  readonly contentDigest: string
  readonly byteLength: number
  readonly rowCount: number
  readonly schema: readonly ColumnSchema[]
  readonly profile: Profile
  /** Where it came from: the file's name, its dialect, warnings. */
  readonly source: DatasetSource
  readonly rejectedCount: number
  readonly rejectedRows: readonly RejectedRow[]
  readonly createdAt: Date
}

export type Dataset = {
  readonly name: string
  readonly latestVersion: number
  readonly createdAt: Date
  readonly latest: DatasetVersion | null
}

export type AddedVersion = { readonly id: string; readonly version: number; readonly isNew: boolean }

/** Equal content makes no new version: then the newest one is the answer. */
export async function addDatasetVersion(
  transaction: Transaction,
  input: {
    readonly workspaceId: string
    readonly dataset: string
    readonly jobId: string
    readonly file: { readonly digest: string; readonly byteLength: number }
    readonly imported: ImportOutput
    readonly source: DatasetSource
  },
  clock: Clock,
): Promise<AddedVersion> {
  const { workspaceId, dataset, imported, file } = input
  const row = await sql.lockDataset(transaction, { workspaceId, id: newIdentifier(clock), name: dataset })
  const newest = await sql.selectVersion(transaction, dataset, row.latest_version)
  if (newest !== undefined && newest.content_digest === imported.contentDigest)
    return { id: newest.id, version: newest.version, isNew: false }
  const id = newIdentifier(clock)
  const version = row.latest_version + 1
  await sql.insertVersion(transaction, {
    workspace_id: workspaceId,
    id,
    dataset_id: row.id,
    version,
    file_digest: file.digest,
    content_digest: imported.contentDigest,
    byte_length: file.byteLength,
    row_count: imported.rowCount,
    table_schema: JSON.stringify(imported.schema),
    profile: JSON.stringify(imported.profile),
    source: JSON.stringify(input.source),
    rejected_count: imported.rejected.count,
    rejected_rows: JSON.stringify(imported.rejected.rows),
    job_id: input.jobId,
  })
  await addBlobReference(transaction, {
    workspaceId,
    digest: file.digest,
    byteLength: file.byteLength,
    holderKind: "dataset_version",
    holderId: id,
  })
  return { id, version, isNew: true }
}

export async function listDatasets(transaction: Transaction, page: Page): Promise<Paged<Dataset>> {
  const { items, nextCursor } = await sql.selectDatasets(transaction, page)
  const datasets: Dataset[] = []
  for (const row of items) datasets.push(await datasetOf(transaction, row))
  return { items: datasets, nextCursor }
}

/** Throws DATASET_NOT_FOUND. */
export async function getDataset(transaction: Transaction, name: string): Promise<Dataset> {
  return datasetOf(transaction, await findDataset(transaction, name))
}

/** Throws DATASET_NOT_FOUND. */
export async function listDatasetVersions(
  transaction: Transaction,
  name: string,
  page: Page,
): Promise<Paged<DatasetVersion>> {
  await findDataset(transaction, name)
  const { items, nextCursor } = await sql.selectVersions(transaction, name, page)
  return { items: items.map(versionOf), nextCursor }
}

/** Throws DATASET_NOT_FOUND, DATASET_VERSION_NOT_FOUND. */
export async function getDatasetVersion(
  transaction: Transaction,
  name: string,
  version: number | "latest",
): Promise<DatasetVersion> {
  const dataset = await findDataset(transaction, name)
  const wanted = version === "latest" ? dataset.latest_version : version
  const row = await sql.selectVersion(transaction, name, wanted)
  if (row === undefined)
    throw fault("DATASET_VERSION_NOT_FOUND", {
      dataset: name,
      version: wanted,
      newest: dataset.latest_version,
    })
  return versionOf(row)
}

async function findDataset(transaction: Transaction, name: string): Promise<sql.DatasetRow> {
  const row = await sql.selectDataset(transaction, name)
  if (row === undefined) throw fault("DATASET_NOT_FOUND", { dataset: name })
  return row
}

async function datasetOf(transaction: Transaction, row: sql.DatasetRow): Promise<Dataset> {
  const latest = await sql.selectVersion(transaction, row.name, row.latest_version)
  return {
    name: row.name,
    latestVersion: row.latest_version,
    createdAt: row.created_at,
    latest: latest === undefined ? null : versionOf(latest),
  }
}

function versionOf(row: sql.VersionRow): DatasetVersion {
  return {
    id: row.id,
    dataset: row.dataset,
    version: row.version,
    fileDigest: row.file_digest,
    contentDigest: row.content_digest,
    byteLength: row.byte_length,
    rowCount: row.row_count,
    schema: z.array(columnSchemaSchema).parse(row.table_schema),
    profile: profileSchema.parse(row.profile),
    source: sourceSchema.parse(row.source),
    rejectedCount: row.rejected_count,
    rejectedRows: z.array(rejectedRowSchema).parse(row.rejected_rows),
    createdAt: row.created_at,
  }
}
