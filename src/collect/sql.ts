/** @file All SQL of datasets. */
import type { Insertable } from "kysely"

import type { Database, JsonValue, Transaction } from "../store/index.ts"

export type DatasetRow = { id: string; name: string; latest_version: number; created_at: Date }
export type VersionRow = {
  id: string
  dataset: string
  version: number
  file_digest: string
  content_digest: string
  byte_length: number
  row_count: number
  table_schema: JsonValue
  profile: JsonValue
  source: JsonValue
  rejected_count: number
  rejected_rows: JsonValue
  created_at: Date
}
type PageInput = { readonly limit: number; readonly cursor: string | undefined }

/** Makes the dataset when it is new and holds its row, so that two imports number their versions one after the other. */
export function lockDataset(
  transaction: Transaction,
  input: { readonly workspaceId: string; readonly id: string; readonly name: string },
): Promise<{ id: string; latest_version: number }> {
  return transaction
    .insertInto("dataset")
    .values({ workspace_id: input.workspaceId, id: input.id, name: input.name })
    .onConflict((conflict) => conflict.columns(["workspace_id", "name"]).doUpdateSet({ name: input.name }))
    .returning(["id", "latest_version"])
    .executeTakeFirstOrThrow()
}

export async function insertVersion(
  transaction: Transaction,
  row: Insertable<Database["dataset_version"]>,
): Promise<void> {
  await transaction.insertInto("dataset_version").values(row).execute()
  await transaction
    .updateTable("dataset")
    .set({ latest_version: row.version })
    .where("id", "=", row.dataset_id)
    .execute()
}

/** By name, index dataset_workspace_id_name_key; the cursor is the last name of the page before. */
export async function selectDatasets(transaction: Transaction, { limit, cursor }: PageInput) {
  let query = transaction
    .selectFrom("dataset")
    .select(["id", "name", "latest_version", "created_at"])
    .orderBy("name")
  if (cursor !== undefined) query = query.where("name", ">", cursor)
  const rows = await query.limit(limit + 1).execute()
  const items: readonly DatasetRow[] = rows.slice(0, limit)
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.name ?? null) : null }
}

export function selectDataset(transaction: Transaction, name: string): Promise<DatasetRow | undefined> {
  return transaction
    .selectFrom("dataset")
    .select(["id", "name", "latest_version", "created_at"])
    .where("name", "=", name)
    .executeTakeFirst()
}

/** Newest first, index dataset_version_workspace_id_dataset_id_version_key; the cursor is the last version number. */
export async function selectVersions(
  transaction: Transaction,
  dataset: string,
  { limit, cursor }: PageInput,
) {
  let query = versions(transaction)
    .where("dataset.name", "=", dataset)
    .orderBy("dataset_version.version", "desc")
  if (cursor !== undefined) query = query.where("dataset_version.version", "<", Number(cursor))
  const rows = await query.limit(limit + 1).execute()
  const items: readonly VersionRow[] = rows.slice(0, limit)
  return { items, nextCursor: rows.length > limit ? String(items.at(-1)?.version) : null }
}

export function selectVersion(
  transaction: Transaction,
  dataset: string,
  version: number,
): Promise<VersionRow | undefined> {
  return versions(transaction)
    .where("dataset.name", "=", dataset)
    .where("dataset_version.version", "=", version)
    .executeTakeFirst()
}

function versions(transaction: Transaction) {
  return transaction
    .selectFrom("dataset_version")
    .innerJoin("dataset", (join) =>
      join
        .onRef("dataset.workspace_id", "=", "dataset_version.workspace_id")
        .onRef("dataset.id", "=", "dataset_version.dataset_id"),
    )
    .select([
      "dataset_version.id",
      "dataset.name as dataset",
      "dataset_version.version",
      "dataset_version.file_digest",
      "dataset_version.content_digest",
      "dataset_version.byte_length",
      "dataset_version.row_count",
      "dataset_version.table_schema",
      "dataset_version.profile",
      "dataset_version.source",
      "dataset_version.rejected_count",
      "dataset_version.rejected_rows",
      "dataset_version.created_at",
    ])
}
