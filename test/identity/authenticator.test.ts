/** @file From header to principal: known keys at once and without a database, unknown ones looked up, revocation in force at once. */
import assert from "node:assert"
import { type TestContext, test } from "node:test"

import { type Clock, systemClock } from "../../src/base/clock.ts"
import { fault, isErrorCode, isFault } from "../../src/base/errors.ts"
import {
  type Authenticator,
  createAuthenticator,
  createKey,
  generateApiKey,
  type NewApiKey,
  openAuthenticator,
  type Principal,
  revokeKey,
  type Scope,
} from "../../src/identity/index.ts"
import { type ChangeWatch, type Store, watchChanges } from "../../src/store/index.ts"
import { silentLog, testStore } from "../database.ts"

test("a key is looked up once, then answered at once", async (t) => {
  const { authenticator, make, lookUps } = await setUp(t)
  const { key, id } = await make(["write"])
  const first = authenticator.authenticate(`Bearer ${key}`)
  assert(first instanceof Promise)
  const principal = await first
  assert.deepStrictEqual(
    [principal.keyId, principal.scopes, principal.endpointNames],
    [id, new Set(["write", "read"]), null],
  )
  assert.strictEqual(authenticator.authenticate(`bearer ${key}`), principal)
  assert.strictEqual(lookUps(), 1)
})

test("many calls with one new key make one look-up", async (t) => {
  const { authenticator, make, lookUps } = await setUp(t)
  const { key } = await make(["predict"], ["churn"])
  const principals = await Promise.all(
    Array.from({ length: 20 }, () => authenticator.authenticate(`Bearer ${key}`)),
  )
  assert(principals.every((principal) => principal.endpointNames?.has("churn") === true))
  assert.strictEqual(lookUps(), 1)
})

test("no key, no form of a key, and a stranger's key are refused, the last one from memory for five seconds", async (t) => {
  const { authenticator, lookUps, clock } = await setUp(t)
  const stranger = `Bearer ${generateApiKey().key}`
  const refusals: readonly (readonly [string | undefined, string])[] = [
    [undefined, "KEY_MISSING"],
    ["", "KEY_MISSING"],
    ["Basic abc", "KEY_INVALID"],
    ["Bearer", "KEY_INVALID"],
    ["Bearer qst_short", "KEY_INVALID"],
    [stranger, "KEY_INVALID"],
    [stranger, "KEY_INVALID"],
  ]
  for (const [header, code] of refusals)
    assert.strictEqual(await refusalOf(authenticator, header), code, header)
  assert.strictEqual(lookUps(), 1)
  clock.advance(5_001)
  assert.strictEqual(await refusalOf(authenticator, stranger), "KEY_INVALID")
  assert.strictEqual(lookUps(), 2)
})

test("a key that was tried before it was made is known once it is", async (t) => {
  const { authenticator, make } = await setUp(t)
  const text = generateApiKey()
  assert.strictEqual(await refusalOf(authenticator, `Bearer ${text.key}`), "KEY_INVALID")
  await make(["read"], null, text)
  await t.waitFor(async () =>
    assert((await authenticator.authenticate(`Bearer ${text.key}`)).scopes.has("read")),
  )
})

test("unknown keys are looked up at a bounded rate, known ones are not affected", async (t) => {
  const { authenticator, make, clock } = await setUp(t, { keyLookupsPerSecondMax: 3 })
  const { key } = await make(["read"])
  await authenticator.authenticate(`Bearer ${key}`)
  const stranger = () => refusalOf(authenticator, `Bearer ${generateApiKey().key}`)
  assert.deepStrictEqual(
    [await stranger(), await stranger(), await stranger()],
    ["KEY_INVALID", "KEY_INVALID", "KEY_LOOKUPS_TOO_MANY"],
  )
  assert(!(authenticator.authenticate(`Bearer ${key}`) instanceof Promise))
  clock.advance(400)
  assert.strictEqual(await stranger(), "KEY_INVALID")
})

test("a revoked key is refused by a process that knew it, and a key at its end", async (t) => {
  const { authenticator, make, revoke, clock } = await setUp(t)
  const revoked = await make(["read"])
  const expiring = await make(["read"], null, undefined, 3_600)
  await authenticator.authenticate(`Bearer ${revoked.key}`)
  await authenticator.authenticate(`Bearer ${expiring.key}`)
  await revoke(revoked.id)
  await t.waitFor(async () =>
    assert.strictEqual(await refusalOf(authenticator, `Bearer ${revoked.key}`), "KEY_REVOKED"),
  )
  clock.advance(3_600_000)
  assert.strictEqual(await refusalOf(authenticator, `Bearer ${expiring.key}`), "KEY_EXPIRED")
  const { authenticator: fresh } = await setUp(t)
  assert.strictEqual(await refusalOf(fresh, `Bearer ${expiring.key}`), "KEY_INVALID")
})

test("a key that is revoked while it is looked up is not remembered", async (t) => {
  const { store, changes, make, revoke } = await setUp(t)
  const { key, id } = await make(["read"])
  let isRead = false
  const slow: Store = {
    ...store,
    acrossWorkspaces: async (reason, work) => {
      const result = await store.acrossWorkspaces(reason, work)
      if (isRead) return result
      isRead = true
      const told = new Promise<void>((resolve) => {
        changes.subscribe("api_key.revoked", () => resolve())
      })
      await revoke(id)
      await told
      return result
    },
  }
  const authenticator = createAuthenticator({ store: slow, changes, clock: systemClock, limits: wide })
  t.after(() => authenticator.close())
  await authenticator.authenticate(`Bearer ${key}`)
  assert.strictEqual(await refusalOf(authenticator, `Bearer ${key}`), "KEY_REVOKED")
})

test("with the database away known keys go on and unknown ones are unavailable", async (t) => {
  const { store, changes, make } = await setUp(t)
  let isAway = false
  const leaving: Store = {
    ...store,
    acrossWorkspaces: (reason, work) =>
      isAway
        ? Promise.reject(fault("DATABASE_UNAVAILABLE", { reason: "away" }))
        : store.acrossWorkspaces(reason, work),
  }
  const authenticator = createAuthenticator({ store: leaving, changes, clock: systemClock, limits: wide })
  t.after(() => authenticator.close())
  const known = await make(["read"])
  const unknown = await make(["read"])
  await authenticator.authenticate(`Bearer ${known.key}`)
  isAway = true
  assert(!(authenticator.authenticate(`Bearer ${known.key}`) instanceof Promise))
  assert.strictEqual(await refusalOf(authenticator, `Bearer ${unknown.key}`), "DATABASE_UNAVAILABLE")
  isAway = false
  assert((await authenticator.authenticate(`Bearer ${unknown.key}`)).scopes.has("read"))
})

test("no more keys are remembered than the limit says", async (t) => {
  const { authenticator, make } = await setUp(t, { knownKeysMax: 2 })
  const keys: NewApiKey[] = []
  for (let index = 0; index < 3; index++) {
    const made = await make(["read"])
    keys.push(made)
    await authenticator.authenticate(`Bearer ${made.key}`)
  }
  const isKnown = keys.map(({ key }) => !(authenticator.authenticate(`Bearer ${key}`) instanceof Promise))
  assert.deepStrictEqual(isKnown, [false, true, true])
})

test("with authentication off everybody is admin of the workspace", () => {
  const authenticator = openAuthenticator("w")
  const principal = authenticator.authenticate(undefined)
  assert(!(principal instanceof Promise))
  assert.deepStrictEqual(
    [principal.workspaceId, principal.keyId, principal.scopes.has("admin")],
    ["w", null, true],
  )
})

const wide = { knownKeysMax: 100, keyLookupsPerSecondMax: 1_000 }

async function setUp(t: TestContext, limits: Partial<typeof wide> = {}) {
  // Registered before the database's own hook: hooks run in this order.
  let closeChanges = async () => {}
  t.after(() => closeChanges())
  const { store, workspaceId } = await testStore(t)
  const changes: ChangeWatch = await watchChanges({ store, log: silentLog, pollMs: 100 })
  closeChanges = () => changes.close()
  let count = 0
  const counting: Store = {
    ...store,
    acrossWorkspaces: (reason, work) => {
      if (reason === "api key look-up") count++
      return store.acrossWorkspaces(reason, work)
    },
  }
  const clock = movableClock()
  const authenticator = createAuthenticator({
    store: counting,
    changes,
    clock,
    limits: { ...wide, ...limits },
  })
  t.after(() => authenticator.close())
  return {
    store,
    changes,
    authenticator,
    clock,
    lookUps: () => count,
    make: (
      scopes: readonly Scope[],
      endpoints: readonly string[] | null = null,
      text?: ReturnType<typeof generateApiKey>,
      expiresInSeconds: number | null = null,
    ) =>
      store.inWorkspace(workspaceId, (transaction) =>
        createKey(transaction, {
          workspaceId,
          name: "test",
          scopes,
          endpoints,
          expiresInSeconds,
          createdBy: null,
          clock: systemClock,
          ...(text === undefined ? {} : { text }),
        }),
      ),
    revoke: (id: string) =>
      store.inWorkspace(workspaceId, (transaction) =>
        revokeKey(transaction, { workspaceId, id, revokedBy: null, clock: systemClock }),
      ),
  }
}

function movableClock(): Clock & { readonly advance: (byMs: number) => void } {
  let offsetMs = 0
  const startMs = performance.now()
  return {
    nowMs: () => Date.now() + offsetMs,
    // Stands still but for `advance`, so that a bounded rate does not depend on the machine's speed.
    monotonicMs: () => startMs + offsetMs,
    advance: (byMs) => {
      offsetMs += byMs
    },
  }
}

/** The code of the fault that refuses, thrown at once or later. */
async function refusalOf(authenticator: Authenticator, header: string | undefined): Promise<string> {
  try {
    const principal: Principal = await authenticator.authenticate(header)
    return `let in as ${principal.keyId}`
  } catch (error) {
    assert(isFault(error) && isErrorCode(error.code), String(error))
    return error.code
  }
}
