/** @file All SQL of identity. */
import { type Selectable, sql } from "kysely"

import type { Database, JsonValue, Transaction } from "../store/index.ts"
import type { AuditEntry } from "./audit.ts"
import type { Scope } from "./principal.ts"

export type KeyRow = Selectable<Database["api_key"]>

export async function insertAuditEntry(
  transaction: Transaction,
  entry: AuditEntry & { readonly id: string; readonly details: Readonly<Record<string, JsonValue>> },
): Promise<void> {
  await transaction
    .insertInto("audit_entry")
    .values({
      workspace_id: entry.workspaceId,
      id: entry.id,
      api_key_id: entry.apiKeyId,
      action: entry.action,
      subject: entry.subject,
      details: JSON.stringify(entry.details),
    })
    .execute()
}

export async function insertKey(
  transaction: Transaction,
  key: {
    readonly workspaceId: string
    readonly id: string
    readonly displayId: string
    readonly sha256: Buffer
    readonly name: string
    readonly scopes: readonly Scope[]
    readonly endpointNames: readonly string[] | null
    readonly expiresInSeconds: number | null
  },
): Promise<KeyRow> {
  return await transaction
    .insertInto("api_key")
    .values({
      workspace_id: key.workspaceId,
      id: key.id,
      display_id: key.displayId,
      sha256: key.sha256,
      name: key.name,
      scopes: [...key.scopes],
      endpoint_names: key.endpointNames === null ? null : [...key.endpointNames],
      expires_at:
        key.expiresInSeconds === null
          ? null
          : sql<Date>`now() + make_interval(secs => ${key.expiresInSeconds})`,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Newest first: identifiers begin with their time. */
export async function selectKeys(
  transaction: Transaction,
  page: { readonly workspaceId: string; readonly limit: number; readonly cursor: string | null },
): Promise<KeyRow[]> {
  let query = transaction
    .selectFrom("api_key")
    .selectAll()
    .where("workspace_id", "=", page.workspaceId)
    .orderBy("id", "desc")
    .limit(page.limit)
  if (page.cursor !== null) query = query.where("id", "<", page.cursor)
  return await query.execute()
}

/** Keeps the first time of revocation. */
export async function updateKeyRevoked(
  transaction: Transaction,
  key: { readonly workspaceId: string; readonly id: string },
): Promise<KeyRow | undefined> {
  return await transaction
    .updateTable("api_key")
    .set({ revoked_at: sql<Date>`coalesce(revoked_at, now())` })
    .where("workspace_id", "=", key.workspaceId)
    .where("id", "=", key.id)
    .returningAll()
    .executeTakeFirst()
}

/** Across workspaces, as quernstone_system; by index api_key_sha256. */
export async function selectKeyByHash(transaction: Transaction, sha256: Buffer): Promise<KeyRow | undefined> {
  return await transaction.selectFrom("api_key").selectAll().where("sha256", "=", sha256).executeTakeFirst()
}

export async function insertWorkspace(
  transaction: Transaction,
  workspace: { readonly workspaceId: string; readonly name: string },
): Promise<void> {
  await transaction
    .insertInto("workspace")
    .values({ workspace_id: workspace.workspaceId, name: workspace.name })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export type IdempotencyRow = {
  readonly request_sha256: Buffer
  readonly response_status: number | null
  readonly response_body: JsonValue | null
  readonly created_at: Date
}

/** True when the key is now this request's: it was free, or what had it is older than the given times. */
export async function takeIdempotencyKey(
  transaction: Transaction,
  request: {
    readonly workspaceId: string
    readonly key: string
    readonly sha256: Buffer
    readonly keptMs: number
    readonly runningMs: number
  },
): Promise<Date | null> {
  const { rows } = await sql<{ created_at: Date }>`
    insert into idempotency_key as held (workspace_id, key, request_sha256, created_at)
    values (${request.workspaceId}, ${request.key}, ${request.sha256}, date_trunc('milliseconds', clock_timestamp()))
    on conflict (workspace_id, key) do update
      set request_sha256 = excluded.request_sha256, created_at = excluded.created_at,
        response_status = null, response_body = null
      where held.created_at < now() - make_interval(secs => ${request.keptMs / 1_000})
        or (held.response_status is null and held.created_at < now() - make_interval(secs => ${request.runningMs / 1_000}))
    returning created_at`.execute(transaction)
  return rows[0]?.created_at ?? null
}

export async function selectIdempotencyKey(
  transaction: Transaction,
  held: { readonly workspaceId: string; readonly key: string },
): Promise<IdempotencyRow | undefined> {
  return await transaction
    .selectFrom("idempotency_key")
    .select(["request_sha256", "response_status", "response_body", "created_at"])
    .where("workspace_id", "=", held.workspaceId)
    .where("key", "=", held.key)
    .executeTakeFirst()
}

type HeldKey = { readonly workspaceId: string; readonly key: string; readonly takenAt: Date }

/** False when another request has taken the key meanwhile. */
export async function storeIdempotentResponse(
  transaction: Transaction,
  held: HeldKey,
  response: { readonly status: number; readonly body: JsonValue },
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable("idempotency_key")
    .set({ response_status: response.status, response_body: JSON.stringify(response.body) })
    .where("workspace_id", "=", held.workspaceId)
    .where("key", "=", held.key)
    .where("created_at", "=", held.takenAt)
    .where("response_status", "is", null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function deleteIdempotencyKey(transaction: Transaction, held: HeldKey): Promise<void> {
  await transaction
    .deleteFrom("idempotency_key")
    .where("workspace_id", "=", held.workspaceId)
    .where("key", "=", held.key)
    .where("created_at", "=", held.takenAt)
    .where("response_status", "is", null)
    .execute()
}

/** Across workspaces, as quernstone_system. */
export async function deleteRunningIdempotencyKeys(transaction: Transaction): Promise<void> {
  await transaction.deleteFrom("idempotency_key").where("response_status", "is", null).execute()
}

/** Across workspaces, as quernstone_system. */
export async function deleteOldIdempotencyKeys(transaction: Transaction, keptMs: number): Promise<void> {
  await transaction
    .deleteFrom("idempotency_key")
    .where("created_at", "<", sql<Date>`now() - make_interval(secs => ${keptMs / 1_000})`)
    .execute()
}
