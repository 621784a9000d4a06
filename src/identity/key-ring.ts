/** @file API keys and idempotency keys as doors call them. */
import type { Clock } from "../base/clock.ts"
import type { Limits } from "../base/limits.ts"
import type { Store } from "../store/index.ts"
import {
  abandonIdempotent,
  beginIdempotent,
  finishIdempotent,
  type IdempotencyHold,
  type IdempotentAnswer,
  type IdempotentBeginning,
  type KeepAnswer,
} from "./idempotency.ts"
import { type ApiKey, createKey, type KeyOrder, listKeys, type NewApiKey, revokeKey } from "./keys.ts"

export type KeyRing = {
  readonly list: (
    workspaceId: string,
    page: { readonly limit: number; readonly cursor: string | null },
  ) => Promise<{ items: ApiKey[]; nextCursor: string | null }>
  /** Throws KEY_ENDPOINTS_SCOPE. */
  readonly create: (
    order: Omit<KeyOrder, "clock" | "text">,
    keep?: KeepAnswer<NewApiKey>,
  ) => Promise<NewApiKey>
  /** Throws KEY_NOT_FOUND. */
  readonly revoke: (order: {
    readonly workspaceId: string
    readonly id: string
    readonly revokedBy: string | null
  }) => Promise<ApiKey>
  /** See `beginIdempotent`. */
  readonly begin: (request: {
    readonly workspaceId: string
    readonly key: string
    readonly requestSha256: Buffer
  }) => Promise<IdempotentBeginning>
  /** In a transaction of its own: only for work that may be done twice without harm. */
  readonly finish: (hold: IdempotencyHold, answer: IdempotentAnswer) => Promise<void>
  /** In the transaction of the work. */
  readonly finishWithin: typeof finishIdempotent
  readonly abandon: (hold: IdempotencyHold) => Promise<void>
}

export function createKeyRing(parts: {
  readonly store: Store
  readonly limits: Limits
  readonly clock: Clock
}): KeyRing {
  const { store, limits, clock } = parts
  return {
    list: (workspaceId, page) =>
      store.inWorkspace(workspaceId, (transaction) => listKeys(transaction, { workspaceId, ...page })),
    create: (order, keep) =>
      store.inWorkspace(order.workspaceId, async (transaction) => {
        const made = await createKey(transaction, { ...order, clock })
        await keep?.(transaction, made)
        return made
      }),
    revoke: (order) =>
      store.inWorkspace(order.workspaceId, (transaction) => revokeKey(transaction, { ...order, clock })),
    begin: (request) => beginIdempotent({ store, limits, ...request }),
    finish: (hold, answer) =>
      store.inWorkspace(hold.workspaceId, (transaction) => finishIdempotent(transaction, hold, answer)),
    finishWithin: finishIdempotent,
    abandon: (hold) => abandonIdempotent(store, hold),
  }
}
