/** @file API keys in the database: made, listed, revoked; the text of a key is shown once and only its hash is kept. */
import type { Clock } from "../base/clock.ts"
import { fault } from "../base/errors.ts"
import { newIdentifier } from "../base/identifiers.ts"
import { announceChange, type Transaction } from "../store/index.ts"
import { type ApiKeyText, generateApiKey } from "./api-key.ts"
import { addAuditEntry } from "./audit.ts"
import { isScope, type Scope } from "./principal.ts"
import { insertKey, type KeyRow, selectKeys, updateKeyRevoked } from "./sql.ts"

/** A key as people see it; times are RFC 3339 in UTC. */
export type ApiKey = {
  readonly id: string
  readonly displayId: string
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Endpoints that `predict` is limited to; null is all. */
  readonly endpoints: readonly string[] | null
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly revokedAt: string | null
}

/** With the text of the key, which nobody can read again. */
export type NewApiKey = ApiKey & { readonly key: string }

export type KeyOrder = {
  readonly workspaceId: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly endpoints: readonly string[] | null
  readonly expiresInSeconds: number | null
  /** The key that makes this one; null is the server. */
  readonly createdBy: string | null
  readonly clock: Clock
  /** Only for a key whose text is given from outside. */
  readonly text?: ApiKeyText
}

/** Topics under which a key is announced; the subject is its id. */
export const keyTopics = { made: "api_key.made", revoked: "api_key.revoked" } as const

/** Throws KEY_ENDPOINTS_SCOPE when endpoint names would limit nothing. */
export async function createKey(transaction: Transaction, order: KeyOrder): Promise<NewApiKey> {
  const { scopes, endpoints, workspaceId, clock } = order
  if (endpoints !== null && (!scopes.includes("predict") || scopes.includes("admin")))
    throw fault("KEY_ENDPOINTS_SCOPE", { scopes: scopes.join(", ") })
  const { key, displayId, sha256 } = order.text ?? generateApiKey()
  const row = await insertKey(transaction, {
    workspaceId,
    id: newIdentifier(clock),
    displayId,
    sha256,
    name: order.name,
    scopes,
    endpointNames: endpoints,
    expiresInSeconds: order.expiresInSeconds,
  })
  await addAuditEntry(transaction, {
    workspaceId,
    apiKeyId: order.createdBy,
    action: "api_key.create",
    subject: row.id,
    details: { displayId, name: order.name, scopes: [...scopes] },
    clock,
  })
  // Who tried the key too early holds it for unknown; this makes them look again.
  await announceChange(transaction, { workspaceId, topic: keyTopics.made, subject: row.id })
  return { ...apiKeyOf(row), key }
}

/** Newest first; the cursor is the id of the last key of the page before, and null starts. */
export async function listKeys(
  transaction: Transaction,
  page: { readonly workspaceId: string; readonly limit: number; readonly cursor: string | null },
): Promise<{ items: ApiKey[]; nextCursor: string | null }> {
  const rows = await selectKeys(transaction, { ...page, limit: page.limit + 1 })
  const items = rows.slice(0, page.limit).map(apiKeyOf)
  return { items, nextCursor: rows.length > page.limit ? (items.at(-1)?.id ?? null) : null }
}

/** In force in every process within three seconds. Throws KEY_NOT_FOUND; a revoked key stays as it is. */
export async function revokeKey(
  transaction: Transaction,
  order: {
    readonly workspaceId: string
    readonly id: string
    readonly revokedBy: string | null
    readonly clock: Clock
  },
): Promise<ApiKey> {
  const { workspaceId, id, clock } = order
  const row = await updateKeyRevoked(transaction, { workspaceId, id })
  if (row === undefined) throw fault("KEY_NOT_FOUND", { id })
  await addAuditEntry(transaction, {
    workspaceId,
    apiKeyId: order.revokedBy,
    action: "api_key.revoke",
    subject: id,
    details: { displayId: row.display_id },
    clock,
  })
  await announceChange(transaction, { workspaceId, topic: keyTopics.revoked, subject: id })
  return apiKeyOf(row)
}

function apiKeyOf(row: KeyRow): ApiKey {
  return {
    id: row.id,
    displayId: row.display_id,
    name: row.name,
    scopes: row.scopes.filter(isScope),
    endpoints: row.endpoint_names,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
  }
}
