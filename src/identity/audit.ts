/** @file The audit log: who did what to which thing, written in the transaction that does it. */
import type { Clock } from "../base/clock.ts"
import { newIdentifier } from "../base/identifiers.ts"
import type { JsonValue, Transaction } from "../store/index.ts"
import { insertAuditEntry } from "./sql.ts"

export type AuditEntry = {
  readonly workspaceId: string
  /** The key that acted; null when the server itself did. */
  readonly apiKeyId: string | null
  /** `noun.verb`, as in `api_key.create`. */
  readonly action: string
  /** Identifier or name of what it was done to. */
  readonly subject: string
  readonly details?: Readonly<Record<string, JsonValue>>
}

export async function addAuditEntry(
  transaction: Transaction,
  entry: AuditEntry & { readonly clock: Clock },
): Promise<void> {
  await insertAuditEntry(transaction, {
    ...entry,
    id: newIdentifier(entry.clock),
    details: entry.details ?? {},
  })
}
