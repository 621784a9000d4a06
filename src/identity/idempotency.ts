/** @file Idempotency keys: a write that is sent twice is done once, and the second sender gets the first one's answer. */
import { fault } from "../base/errors.ts"
import type { Limits } from "../base/limits.ts"
import type { JsonValue, Store, Transaction } from "../store/index.ts"
import {
  deleteIdempotencyKey,
  deleteOldIdempotencyKeys,
  deleteRunningIdempotencyKeys,
  selectIdempotencyKey,
  storeIdempotentResponse,
  takeIdempotencyKey,
} from "./sql.ts"

/** The right to do what the key stands for, until it is finished or given back. */
export type IdempotencyHold = {
  readonly workspaceId: string
  readonly key: string
  readonly takenAt: Date
}

export type IdempotentAnswer = { readonly status: number; readonly body: JsonValue }

export type IdempotentBeginning =
  | { readonly state: "begun"; readonly hold: IdempotencyHold }
  | { readonly state: "finished"; readonly answer: IdempotentAnswer }

/**
 * Keeps what a request is answered in the transaction of its work, so that a process killed between the two leaves both or
 * neither; keeps nothing for a request that has no key. Throws IDEMPOTENCY_KEY_RUNNING, see `finishIdempotent`.
 */
export type KeepAnswer<Made> = (transaction: Transaction, made: Made) => Promise<void>

const keyLengthMax = 255
/**
 * A request whose process was killed leaves its key running, for this long. One that still lives has lost nothing: what must
 * not be done twice keeps its answer in its own transaction, which fails when somebody else has the key by then.
 */
const abandonedMs = 60_000

/**
 * In a transaction of its own, before the work. `requestSha256` covers method, path and body. Throws IDEMPOTENCY_KEY_INVALID,
 * IDEMPOTENCY_KEY_REUSED (another request), IDEMPOTENCY_KEY_RUNNING.
 */
export async function beginIdempotent(options: {
  readonly store: Store
  readonly workspaceId: string
  readonly key: string
  readonly requestSha256: Buffer
  readonly limits: Pick<Limits, "idempotencyKeyMsMax">
}): Promise<IdempotentBeginning> {
  const { store, workspaceId, key, requestSha256, limits } = options
  if (!/^[\x21-\x7e]+$/.test(key) || key.length > keyLengthMax)
    throw fault("IDEMPOTENCY_KEY_INVALID", { limit: keyLengthMax })
  return await store.inWorkspace(workspaceId, async (transaction) => {
    const takenAt = await takeIdempotencyKey(transaction, {
      workspaceId,
      key,
      sha256: requestSha256,
      keptMs: limits.idempotencyKeyMsMax,
      runningMs: abandonedMs,
    })
    if (takenAt !== null) return { state: "begun", hold: { workspaceId, key, takenAt } }
    const held = await selectIdempotencyKey(transaction, { workspaceId, key })
    // Given back between the two statements: the same as still running, and the sender asks again.
    if (held === undefined) throw fault("IDEMPOTENCY_KEY_RUNNING", { key })
    if (!held.request_sha256.equals(requestSha256)) throw fault("IDEMPOTENCY_KEY_REUSED", { key })
    if (held.response_status === null) throw fault("IDEMPOTENCY_KEY_RUNNING", { key })
    return { state: "finished", answer: { status: held.response_status, body: held.response_body } }
  })
}

/**
 * In the transaction of the work itself, so that work and answer are kept together or not at all. Throws
 * IDEMPOTENCY_KEY_RUNNING, which undoes the work, when it took so long that another request has the key now.
 */
export async function finishIdempotent(
  transaction: Transaction,
  hold: IdempotencyHold,
  answer: IdempotentAnswer,
): Promise<void> {
  const isStored = await storeIdempotentResponse(transaction, hold, answer)
  if (!isStored) throw fault("IDEMPOTENCY_KEY_RUNNING", { key: hold.key })
}

/** After work that failed: nothing was done, so that the same key may try again. */
export async function abandonIdempotent(store: Store, hold: IdempotencyHold): Promise<void> {
  await store.inWorkspace(hold.workspaceId, (transaction) => deleteIdempotencyKey(transaction, hold))
}

/**
 * For the only process that serves, at its start: whoever held a key is dead, and its client need not wait. A late commit of
 * the dead one's is refused, since its hold is gone.
 */
export async function releaseIdempotencyKeys(store: Store): Promise<void> {
  await store.acrossWorkspaces("retention", deleteRunningIdempotencyKeys)
}

/** To be called now and then: removes what is older than its time. */
export async function removeOldIdempotencyKeys(
  store: Store,
  limits: Pick<Limits, "idempotencyKeyMsMax">,
): Promise<void> {
  await store.acrossWorkspaces("retention", (transaction) =>
    deleteOldIdempotencyKeys(transaction, limits.idempotencyKeyMsMax),
  )
}
