/** @file The only ways to a connection: a transaction inside one workspace, across all of them for named work, or server-wide. */
import assert from "node:assert/strict"
import { AsyncLocalStorage } from "node:async_hooks"
import { setTimeout as delay } from "node:timers/promises"

import { Kysely, type Transaction as KyselyTransaction, sql } from "kysely"
import type { Pool } from "pg"

import type { Clock } from "../base/clock.ts"
import { fault } from "../base/errors.ts"
import type { Limits } from "../base/limits.ts"
import type { Log } from "../base/log.ts"
import type { Cluster } from "./cluster.ts"
import { connectClient } from "./connect.ts"
import type { Database } from "./generated/rows.ts"
import { Listener } from "./listener.ts"
import { pendingMigrations } from "./migrate.ts"
import { openPool, poolDialect, runOnPool } from "./pool.ts"

export type Transaction = KyselyTransaction<Database>

/** Work that may see more than one workspace; each is a sentence in the documentation of what the server does. */
export type CrossWorkspaceReason =
  | "api key look-up"
  | "scheduler"
  | "deployment watch"
  | "blob collection"
  | "retention"
  | "workspace set-up"
  | "job queue"

/**
 * All may throw DATABASE_UNAVAILABLE (after a lost connection at COMMIT it is not known whether the work was committed)
 * and DATABASE_BUSY (it was not). A call within the work of another is a mistake and fails an assertion: two
 * connections for one caller are a deadlock once all callers do it.
 */
export type Store = {
  /** Rows of one workspace, and no others, can be read and written. The work is committed when its promise resolves. */
  readonly inWorkspace: <Result>(
    workspaceId: string,
    work: (transaction: Transaction) => Promise<Result>,
  ) => Promise<Result>
  /** Sees the tables that the role quernstone_system is granted, in all workspaces. */
  readonly acrossWorkspaces: <Result>(
    reason: CrossWorkspaceReason,
    work: (transaction: Transaction) => Promise<Result>,
  ) => Promise<Result>
  /** For tables of the schema quernstone_server; of all others no row shows. */
  readonly serverWide: <Result>(work: (transaction: Transaction) => Promise<Result>) => Promise<Result>
  /**
   * Hears NOTIFY on a channel once the promise has resolved; call the result to stop. After a lost connection it is
   * taken up again, but what was said meanwhile is missed: poll as well.
   */
  readonly listen: (channel: string, onPayload: (payload: string) => void) => Promise<() => Promise<void>>
  /** For pg-boss only, which brings its own statements. */
  readonly executeSql: (text: string, values: readonly unknown[]) => Promise<{ rows: unknown[] }>
  readonly isReachable: () => Promise<boolean>
  /** Waits for transactions that are under way. */
  readonly close: () => Promise<void>
}

export type StoreOptions = {
  readonly source:
    | { readonly kind: "embedded"; readonly cluster: Cluster }
    | { readonly kind: "url"; readonly appUrl: string }
  readonly limits: Pick<Limits, "databaseConnectionsMax">
  readonly log: Log
  readonly clock: Clock
  /** Bounds on a statement and on waiting for a lock, in place of 30 s and 10 s. */
  readonly statementMsMax?: number
  readonly lockMsMax?: number
}

/**
 * The database must have been migrated. Throws DATABASE_UNAVAILABLE, DATABASE_TOO_OLD, DATABASE_ROLE,
 * MIGRATIONS_PENDING, MIGRATION_CHANGED, MIGRATION_UNKNOWN.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { source, limits, log, clock, ...bounds } = options
  const url = source.kind === "embedded" ? source.cluster.appUrl : source.appUrl
  await requireReady(url)
  const pool = openPool(url, { connectionsMax: limits.databaseConnectionsMax, log, ...bounds })
  const database = new Kysely<Database>({ dialect: poolDialect(pool) })
  const listener = new Listener({ url, log })
  const transact = transactions(database)
  let isClosed = false
  return {
    inWorkspace: (workspaceId, work) => {
      assert.match(workspaceId, uuidPattern)
      return transact(sql`select set_config('quernstone.workspace_id', ${workspaceId}, true)`, work)
    },
    acrossWorkspaces: (_reason, work) => transact(sql`set local role quernstone_system`, work),
    serverWide: (work) => transact(null, work),
    listen: (channel, onPayload) => listener.add(channel, onPayload),
    executeSql: (text, values) => runOnPool(pool, text, values),
    isReachable: () => Promise.race([answers(pool), delay(reachableMsMax, false, { ref: false })]),
    close: async () => {
      if (isClosed) return
      isClosed = true
      await listener.close()
      await database.destroy()
      // Kysely leaves a pool that it has never used.
      if (!pool.ended) await pool.end()
    },
  }
}

/** A probe that takes longer is as good as none. */
const reachableMsMax = 2_000

function answers(pool: Pool): Promise<boolean> {
  return runOnPool(pool, "select 1", []).then(
    () => true,
    () => false,
  )
}

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Runs work in a transaction whose first statement says what it may see. */
function transactions(database: Kysely<Database>) {
  const running = new AsyncLocalStorage<{ isOpen: boolean }>()
  return function transact<Result>(
    scope: ReturnType<typeof sql> | null,
    work: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    assert(
      running.getStore()?.isOpen !== true,
      "a transaction inside of another: pass the transaction on instead",
    )
    const call = { isOpen: true }
    return running.run(call, async () => {
      try {
        return await database.transaction().execute(async (transaction) => {
          if (scope !== null) await scope.execute(transaction)
          return await work(transaction)
        })
      } finally {
        // What the work has left running may open transactions of its own.
        call.isOpen = false
      }
    })
  }
}

async function requireReady(url: string): Promise<void> {
  const client = await connectClient(url, { name: "quernstone check" })
  try {
    const pending = await pendingMigrations(client)
    if (pending.length > 0)
      throw fault("MIGRATIONS_PENDING", { count: pending.length, name: pending[0] ?? "" })
    const { rows } = await client.query<{ role: string; is_bound: boolean }>(selectRole)
    const found = rows[0]
    if (found?.is_bound !== true) throw fault("DATABASE_ROLE", { role: found?.role ?? "" })
  } finally {
    await client.end()
  }
}

/** An owner is bound by FORCE, but could take it off; a member of the system role by inheritance sees across workspaces always. */
const selectRole = `
  select current_user::text as role,
         not r.rolsuper and not r.rolbypassrls
           and not pg_has_role(current_user, 'quernstone_owner', 'member')
           and not pg_has_role(current_user, 'quernstone_system', 'usage') as is_bound
    from pg_roles r where r.rolname = current_user`
