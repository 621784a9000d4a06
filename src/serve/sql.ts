/** @file All SQL of serving. */
import { sql } from "kysely"

import type { Transaction } from "../store/index.ts"

export type EndpointRow = {
  id: string
  name: string
  strict: boolean
  revision: number
  created_at: Date
}
/** Where a model file is and what it is called. */
export type ModelSource = {
  model_version_id: string
  model_name: string
  version: number
  file_digest: string
  byte_length: number
}
export type DeployedRow = EndpointRow & ModelSource & { signature: unknown; deployed_at: Date }

export function selectEndpoint(transaction: Transaction, name: string): Promise<EndpointRow | undefined> {
  return transaction
    .selectFrom("endpoint")
    .select(["id", "name", "strict", "revision", "created_at"])
    .where("name", "=", name)
    .where("deleted_at", "is", null)
    .executeTakeFirst()
}

/** Makes the endpoint or takes a deleted one up again; raises its revision by one. */
export function nextEndpointRevision(
  transaction: Transaction,
  input: {
    readonly workspaceId: string
    readonly id: string
    readonly name: string
    readonly strict: boolean
  },
): Promise<{ id: string; revision: number }> {
  return transaction
    .insertInto("endpoint")
    .values({
      workspace_id: input.workspaceId,
      id: input.id,
      name: input.name,
      strict: input.strict,
      revision: 1,
    })
    .onConflict((conflict) =>
      conflict.columns(["workspace_id", "name"]).doUpdateSet({
        revision: sql`endpoint.revision + 1`,
        strict: input.strict,
        deleted_at: null,
      }),
    )
    .returning(["id", "revision"])
    .executeTakeFirstOrThrow()
}

export async function insertDeployment(
  transaction: Transaction,
  input: {
    readonly workspaceId: string
    readonly id: string
    readonly endpointId: string
    readonly modelVersionId: string
    readonly revision: number
    readonly createdBy: string | null
  },
): Promise<void> {
  await transaction
    .insertInto("deployment")
    .values({
      workspace_id: input.workspaceId,
      id: input.id,
      endpoint_id: input.endpointId,
      model_version_id: input.modelVersionId,
      revision: input.revision,
      created_by: input.createdBy,
    })
    .execute()
}

/** Returns the id of the endpoint, or undefined when there is none. */
export function markEndpointDeleted(
  transaction: Transaction,
  name: string,
): Promise<{ id: string } | undefined> {
  return transaction
    .updateTable("endpoint")
    .set({ deleted_at: sql`now()` })
    .where("name", "=", name)
    .where("deleted_at", "is", null)
    .returning("id")
    .executeTakeFirst()
}

/** Across workspaces: what every serving process loads at its start. */
export function selectDeployedEndpoints(
  transaction: Transaction,
): Promise<{ workspace_id: string; id: string }[]> {
  return transaction
    .selectFrom("endpoint")
    .select(["workspace_id", "id"])
    .where("deleted_at", "is", null)
    .where("revision", ">", 0)
    .orderBy("id")
    .execute()
}

export function selectCurrentDeployment(transaction: Transaction, endpointId: string) {
  return currentDeployments(transaction)
    .select([
      "endpoint.name as endpoint_name",
      "endpoint.strict",
      "endpoint.revision",
      "endpoint.deleted_at",
      ...modelSource,
    ])
    .where("endpoint.id", "=", endpointId)
    .executeTakeFirst()
}

export async function putEndpointReady(
  transaction: Transaction,
  input: {
    readonly workspaceId: string
    readonly endpointId: string
    readonly instanceId: string
    readonly revision: number
  },
): Promise<void> {
  await transaction
    .insertInto("endpoint_ready")
    .values({
      workspace_id: input.workspaceId,
      endpoint_id: input.endpointId,
      instance_id: input.instanceId,
      revision: input.revision,
    })
    .onConflict((conflict) =>
      conflict
        .columns(["workspace_id", "endpoint_id", "instance_id"])
        .doUpdateSet({ revision: input.revision, ready_at: sql`now()` }),
    )
    .execute()
}

export async function selectReadyInstances(
  transaction: Transaction,
  input: { readonly endpointId: string; readonly revision: number },
): Promise<ReadonlySet<string>> {
  const rows = await transaction
    .selectFrom("endpoint_ready")
    .select("instance_id")
    .where("endpoint_id", "=", input.endpointId)
    .where("revision", ">=", input.revision)
    .execute()
  return new Set(rows.map(({ instance_id }) => instance_id))
}

/** Endpoints by name with what they serve; the cursor is the last name of the page before. */
export async function selectEndpoints(
  transaction: Transaction,
  page: { readonly limit: number; readonly cursor: string | undefined; readonly name?: string },
): Promise<{ items: readonly DeployedRow[]; nextCursor: string | null }> {
  let query = currentDeployments(transaction)
    .select([
      "endpoint.id",
      "endpoint.name",
      "endpoint.strict",
      "endpoint.revision",
      "endpoint.created_at",
      "deployment.created_at as deployed_at",
      "model_version.signature",
      ...modelSource,
    ])
    .where("endpoint.deleted_at", "is", null)
    .orderBy("endpoint.name")
  if (page.cursor !== undefined) query = query.where("endpoint.name", ">", page.cursor)
  if (page.name !== undefined) query = query.where("endpoint.name", "=", page.name)
  const rows = await query.limit(page.limit + 1).execute()
  const items = rows.slice(0, page.limit)
  return { items, nextCursor: rows.length > page.limit ? (items.at(-1)?.name ?? null) : null }
}

const modelSource = [
  "model_version.id as model_version_id",
  "model.name as model_name",
  "model_version.version",
  "model_version.file_digest",
  "model_version.byte_length",
] as const

/** Each endpoint with the deployment of its revision, and the model version that it serves. */
function currentDeployments(transaction: Transaction) {
  return transaction
    .selectFrom("endpoint")
    .innerJoin("deployment", (join) =>
      join
        .onRef("deployment.workspace_id", "=", "endpoint.workspace_id")
        .onRef("deployment.endpoint_id", "=", "endpoint.id")
        .onRef("deployment.revision", "=", "endpoint.revision"),
    )
    .innerJoin("model_version", (join) =>
      join
        .onRef("model_version.workspace_id", "=", "deployment.workspace_id")
        .onRef("model_version.id", "=", "deployment.model_version_id"),
    )
    .innerJoin("model", (join) =>
      join
        .onRef("model.workspace_id", "=", "model_version.workspace_id")
        .onRef("model.id", "=", "model_version.model_id"),
    )
}
