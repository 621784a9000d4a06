/** @file From an Authorization header to a principal: from memory on the hot path, from the database once for each key. */
import { hash, timingSafeEqual } from "node:crypto"

import type { Clock } from "../base/clock.ts"
import { type Fault, fault } from "../base/errors.ts"
import type { Limits } from "../base/limits.ts"
import type { ChangeWatch, Store } from "../store/index.ts"
import { type ApiKeyText, parseApiKey } from "./api-key.ts"
import { keyTopics } from "./keys.ts"
import { expandScopes, isScope, openPrincipal, type Principal } from "./principal.ts"
import { type KeyRow, selectKeyByHash } from "./sql.ts"

export type Authenticator = {
  /**
   * `Bearer qst_...`. A known key is answered at once and needs no database. Throws (at once, or by the promise) KEY_MISSING,
   * KEY_INVALID, KEY_EXPIRED, KEY_REVOKED, KEY_LOOKUPS_TOO_MANY, DATABASE_UNAVAILABLE.
   */
  readonly authenticate: (header: string | undefined) => Principal | Promise<Principal>
  readonly close: () => void
}

/** Everybody is admin of one workspace (`--auth off`). */
export function openAuthenticator(workspaceId: string): Authenticator {
  const principal = openPrincipal(workspaceId)
  return { authenticate: () => principal, close: () => undefined }
}

export function createAuthenticator(options: {
  readonly store: Store
  readonly changes: ChangeWatch
  readonly clock: Clock
  readonly limits: Pick<Limits, "knownKeysMax" | "keyLookupsPerSecondMax">
}): Authenticator {
  return new KeyAuthenticator(options)
}

type KnownKey = { readonly principal: Principal; readonly displayId: string; readonly expiresAtMs: number }
type RefusedKey = { readonly refusal: Fault; readonly untilMs: number }

const refusalKeptMs = 5_000

class KeyAuthenticator implements Authenticator {
  readonly #store: Store
  readonly #clock: Clock
  readonly #knownKeysMax: number
  readonly #lookups: TokenBucket
  readonly #unsubscribe: readonly (() => void)[]
  /** By the base64 of the SHA-256, oldest first; so is the memory of refusals. */
  readonly #known = new Map<string, KnownKey>()
  readonly #refused = new Map<string, RefusedKey>()
  readonly #pending = new Map<string, Promise<Principal>>()
  /** What was read before a key was made or revoked may be stale, and is not kept. */
  #madeCount = 0
  #revokedCount = 0

  constructor(options: {
    readonly store: Store
    readonly changes: ChangeWatch
    readonly clock: Clock
    readonly limits: Pick<Limits, "knownKeysMax" | "keyLookupsPerSecondMax">
  }) {
    this.#store = options.store
    this.#clock = options.clock
    this.#knownKeysMax = options.limits.knownKeysMax
    this.#lookups = new TokenBucket(options.limits.keyLookupsPerSecondMax, options.clock)
    this.#unsubscribe = [
      options.changes.subscribe(keyTopics.made, () => this.#forgetRefused()),
      options.changes.subscribe(keyTopics.revoked, (change) => this.#forgetKnown(change.subject)),
    ]
  }

  authenticate(header: string | undefined): Principal | Promise<Principal> {
    const key = bearerOf(header)
    const digest = hash("sha256", key, "base64")
    const known = this.#known.get(digest)
    if (known !== undefined) {
      if (known.expiresAtMs > this.#clock.nowMs()) return known.principal
      throw expired(known.displayId, known.expiresAtMs)
    }
    return this.#pending.get(digest) ?? this.#meet(key, digest)
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#known.clear()
    this.#refused.clear()
  }

  #meet(key: string, digest: string): Promise<Principal> {
    const refused = this.#refused.get(digest)
    if (refused !== undefined && refused.untilMs > this.#clock.monotonicMs()) throw refused.refusal
    const text = parseApiKey(key)
    if (text === null) throw fault("KEY_INVALID", {})
    if (!this.#lookups.take()) throw fault("KEY_LOOKUPS_TOO_MANY", { limit: this.#lookups.perSecond })
    const pending = this.#lookUp(text, digest).finally(() => this.#pending.delete(digest))
    this.#pending.set(digest, pending)
    return pending
  }

  async #lookUp(text: ApiKeyText, digest: string): Promise<Principal> {
    const madeCount = this.#madeCount
    const revokedCount = this.#revokedCount
    const row = await this.#store.acrossWorkspaces("api key look-up", (transaction) =>
      selectKeyByHash(transaction, text.sha256),
    )
    const refusal = refusalOf(row, text, this.#clock.nowMs())
    if (row === undefined || refusal !== null) {
      const error = refusal ?? fault("KEY_INVALID", {})
      const untilMs = this.#clock.monotonicMs() + refusalKeptMs
      if (madeCount === this.#madeCount) this.#keep(this.#refused, digest, { refusal: error, untilMs })
      throw error
    }
    const principal = principalOf(row)
    const expiresAtMs = row.expires_at?.getTime() ?? Number.POSITIVE_INFINITY
    if (revokedCount === this.#revokedCount)
      this.#keep(this.#known, digest, { principal, displayId: row.display_id, expiresAtMs })
    return principal
  }

  #keep<Value>(memory: Map<string, Value>, digest: string, value: Value): void {
    const oldest = memory.size < this.#knownKeysMax ? undefined : memory.keys().next().value
    if (oldest !== undefined) memory.delete(oldest)
    memory.set(digest, value)
  }

  #forgetRefused(): void {
    this.#madeCount++
    this.#refused.clear()
  }

  #forgetKnown(keyId: string): void {
    this.#revokedCount++
    for (const [digest, known] of this.#known) if (known.principal.keyId === keyId) this.#known.delete(digest)
  }
}

/** So many a second, and as many at once after a quiet second. */
class TokenBucket {
  readonly perSecond: number
  readonly #clock: Clock
  #tokens: number
  #filledAtMs: number

  constructor(perSecond: number, clock: Clock) {
    this.perSecond = perSecond
    this.#clock = clock
    this.#tokens = perSecond
    this.#filledAtMs = clock.monotonicMs()
  }

  take(): boolean {
    const nowMs = this.#clock.monotonicMs()
    const grown = ((nowMs - this.#filledAtMs) / 1_000) * this.perSecond
    this.#tokens = Math.min(this.perSecond, this.#tokens + grown)
    this.#filledAtMs = nowMs
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}

function bearerOf(header: string | undefined): string {
  if (header === undefined || header === "") throw fault("KEY_MISSING", {})
  const key = /^bearer +(\S+) *$/i.exec(header)?.[1]
  if (key === undefined) throw fault("KEY_INVALID", {})
  return key
}

function refusalOf(row: KeyRow | undefined, text: ApiKeyText, nowMs: number): Fault | null {
  if (row === undefined || !timingSafeEqual(row.sha256, text.sha256)) return fault("KEY_INVALID", {})
  if (row.revoked_at !== null) return fault("KEY_REVOKED", { displayId: row.display_id })
  const expiresAtMs = row.expires_at?.getTime() ?? Number.POSITIVE_INFINITY
  return expiresAtMs > nowMs ? null : expired(row.display_id, expiresAtMs)
}

function expired(displayId: string, expiresAtMs: number): Fault {
  return fault("KEY_EXPIRED", { displayId, expiresAt: new Date(expiresAtMs).toISOString() })
}

function principalOf(row: KeyRow): Principal {
  return {
    workspaceId: row.workspace_id,
    keyId: row.id,
    scopes: expandScopes(row.scopes.filter(isScope)),
    endpointNames: row.endpoint_names === null ? null : new Set(row.endpoint_names),
  }
}
