/** @file All SQL of the registry. */
import { type Insertable, sql } from "kysely"

import type { Database, JsonValue, Transaction } from "../store/index.ts"

export type ModelRow = { id: string; name: string; latest_version: number; created_at: Date }
export type AliasRow = { name: string; version: number }
export type ModelVersionRow = {
  id: string
  model_id: string
  model_name: string
  version: number
  file_digest: string
  byte_length: number
  signature: JsonValue
  report: JsonValue
  created_at: Date
}
type PageInput = { readonly limit: number; readonly cursor: string | undefined }

/** Takes the next version number; the row lock keeps two registrations of one model apart. */
export function nextModelVersion(
  transaction: Transaction,
  input: { readonly workspaceId: string; readonly id: string; readonly name: string },
): Promise<{ id: string; latest_version: number }> {
  return transaction
    .insertInto("model")
    .values({ workspace_id: input.workspaceId, id: input.id, name: input.name, latest_version: 1 })
    .onConflict((conflict) =>
      conflict
        .columns(["workspace_id", "name"])
        .doUpdateSet({ latest_version: sql`model.latest_version + 1` }),
    )
    .returning(["id", "latest_version"])
    .executeTakeFirstOrThrow()
}

export async function insertModelVersion(
  transaction: Transaction,
  row: Insertable<Database["model_version"]>,
): Promise<void> {
  await transaction.insertInto("model_version").values(row).execute()
}

/** By name, index model_workspace_id_name_key; the cursor is the last name of the page before. */
export async function selectModels(transaction: Transaction, { limit, cursor }: PageInput) {
  let query = transaction
    .selectFrom("model")
    .select(["id", "name", "latest_version", "created_at"])
    .orderBy("name")
  if (cursor !== undefined) query = query.where("name", ">", cursor)
  const rows = await query.limit(limit + 1).execute()
  const items: readonly ModelRow[] = rows.slice(0, limit)
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.name ?? null) : null }
}

export function selectModel(transaction: Transaction, name: string): Promise<ModelRow | undefined> {
  return transaction
    .selectFrom("model")
    .select(["id", "name", "latest_version", "created_at"])
    .where("name", "=", name)
    .executeTakeFirst()
}

/** Newest first, index model_version_workspace_id_model_id_version_key; the cursor is the last version number. */
export async function selectModelVersions(
  transaction: Transaction,
  modelId: string,
  { limit, cursor }: PageInput,
) {
  let query = versions(transaction).where("model_id", "=", modelId).orderBy("version", "desc")
  if (cursor !== undefined) query = query.where("version", "<", Number(cursor))
  const rows = await query.limit(limit + 1).execute()
  const items: readonly ModelVersionRow[] = rows.slice(0, limit)
  return { items, nextCursor: rows.length > limit ? String(items.at(-1)?.version) : null }
}

export function selectModelVersion(
  transaction: Transaction,
  modelId: string,
  version: number,
): Promise<ModelVersionRow | undefined> {
  return versions(transaction)
    .where("model_id", "=", modelId)
    .where("version", "=", version)
    .executeTakeFirst()
}

export function selectAliases(transaction: Transaction, modelId: string): Promise<AliasRow[]> {
  return transaction
    .selectFrom("alias")
    .innerJoin("model_version", (join) =>
      join
        .onRef("model_version.workspace_id", "=", "alias.workspace_id")
        .onRef("model_version.id", "=", "alias.model_version_id"),
    )
    .select(["alias.name", "model_version.version"])
    .where("alias.model_id", "=", modelId)
    .orderBy("alias.name")
    .execute()
}

export async function putAlias(
  transaction: Transaction,
  input: {
    readonly workspaceId: string
    readonly modelId: string
    readonly name: string
    readonly modelVersionId: string
  },
): Promise<void> {
  await transaction
    .insertInto("alias")
    .values({
      workspace_id: input.workspaceId,
      model_id: input.modelId,
      name: input.name,
      model_version_id: input.modelVersionId,
    })
    .onConflict((conflict) =>
      conflict
        .columns(["workspace_id", "model_id", "name"])
        .doUpdateSet({ model_version_id: input.modelVersionId, updated_at: sql`now()` }),
    )
    .execute()
}

export async function insertLineageEdge(
  transaction: Transaction,
  edge: {
    readonly workspaceId: string
    readonly product: { readonly kind: string; readonly id: string }
    readonly source: { readonly kind: string; readonly id: string }
    readonly relation: string
  },
): Promise<void> {
  await transaction
    .insertInto("lineage_edge")
    .values({
      workspace_id: edge.workspaceId,
      product_kind: edge.product.kind,
      product_id: edge.product.id,
      source_kind: edge.source.kind,
      source_id: edge.source.id,
      relation: edge.relation,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export type LineageRow = {
  product_kind: string
  product_id: string
  product_label: string | null
  source_kind: string
  source_id: string
  source_label: string | null
  relation: string
}

/** Walks the edges up and down from one thing; at most 50 steps away. Indexes: the primary key and lineage_edge_source. */
export async function selectLineage(transaction: Transaction, id: string): Promise<readonly LineageRow[]> {
  const { rows } = await sql<LineageRow>`
    with recursive
      upward as (
        select e.*, -1 as steps from lineage_edge e where e.product_id = ${id}
        union
        select e.*, u.steps - 1 from lineage_edge e join upward u on e.product_id = u.source_id where u.steps > -50
      ),
      downward as (
        select e.*, 1 as steps from lineage_edge e where e.source_id = ${id}
        union
        select e.*, d.steps + 1 from lineage_edge e join downward d on e.source_id = d.product_id where d.steps < 50
      ),
      label as (
        select v.id, d.name || ' version ' || v.version as text
          from dataset_version v join dataset d on d.workspace_id = v.workspace_id and d.id = v.dataset_id
        union all
        select v.id, m.name || ' version ' || v.version
          from model_version v join model m on m.workspace_id = v.workspace_id and m.id = v.model_id
        union all
        select e.id, e.name from endpoint e
      )
    select e.product_kind, e.product_id, p.text as product_label, e.source_kind, e.source_id, s.text as source_label,
           e.relation
      from (select * from upward union select * from downward) e
      left join label p on p.id = e.product_id
      left join label s on s.id = e.source_id
     order by e.steps, e.product_kind, e.product_id, e.source_id`.execute(transaction)
  return rows
}

function versions(transaction: Transaction) {
  return transaction
    .selectFrom("model_version")
    .innerJoin("model", (join) =>
      join
        .onRef("model.workspace_id", "=", "model_version.workspace_id")
        .onRef("model.id", "=", "model_version.model_id"),
    )
    .select([
      "model_version.id",
      "model_version.model_id",
      "model.name as model_name",
      "model_version.version",
      "model_version.file_digest",
      "model_version.byte_length",
      "model_version.signature",
      "model_version.report",
      "model_version.created_at",
    ])
}
