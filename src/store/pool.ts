/** @file The pool of connections of one process, and its face to Kysely: lost and busy databases are faults. */
import assert from "node:assert/strict"

import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely"
import { Pool, type PoolClient } from "pg"

import type { Log } from "../base/log.ts"
import { connectionConfig, faultOfDatabase } from "./connect.ts"

/** A statement of ours takes milliseconds; one that takes this long is lost, and holds a connection that others wait for. */
const statementMsMax = 30_000
const lockMsMax = 10_000
/** A transaction that does nothing this long has lost its caller. */
const idleInTransactionMsMax = 60_000
const idleMsMax = 30_000

export type PoolOptions = {
  readonly connectionsMax: number
  readonly log: Log
  /** Defaults: 30 s a statement, 10 s a lock. */
  readonly statementMsMax?: number
  readonly lockMsMax?: number
}

export function openPool(url: string, options: PoolOptions): Pool {
  const pool = new Pool({
    ...connectionConfig(url, { name: "quernstone" }),
    max: options.connectionsMax,
    idleTimeoutMillis: idleMsMax,
    statement_timeout: options.statementMsMax ?? statementMsMax,
    lock_timeout: options.lockMsMax ?? lockMsMax,
    idle_in_transaction_session_timeout: idleInTransactionMsMax,
  })
  // A connection may be lost while nobody uses it, or while its user does: without listeners either would end the process.
  pool.on("error", (error) => {
    // While the pool ends, a connection on its way out may meet a server that stops as well.
    if (!pool.ending) options.log.warn({ error: error.message }, "an idle database connection was lost")
  })
  pool.on("connect", (client) => client.on("error", () => {}))
  return pool
}

/** One statement, or several without values, outside of any transaction of ours. */
export async function runOnPool(
  pool: Pool,
  text: string,
  values: readonly unknown[],
): Promise<{ rows: unknown[] }> {
  // Without values the simple protocol is used, which takes several statements and gives a list of results.
  const result: unknown = await asFault(() =>
    values.length === 0 ? pool.query(text) : pool.query(text, [...values]),
  )
  const parts = Array.isArray(result) ? result : [result]
  return { rows: parts.flatMap((part) => part.rows ?? []) }
}

export function poolDialect(pool: Pool): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createDriver: () => new PoolDriver(pool),
  }
}

class PoolDriver implements Driver {
  readonly #pool: Pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return new PoolConnection(await asFault(() => this.#pool.connect()))
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin"))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const { command } = await pooled(connection).run("commit", [])
    // PostgreSQL answers COMMIT of a failed transaction by rolling back: who swallowed the error must not go on.
    assert.equal(command, "COMMIT", "a statement of this transaction failed, so that it was rolled back")
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // The error that led here is the one to report; a connection that cannot roll back is thrown away.
    await pooled(connection)
      .run("rollback", [])
      .catch(() => pooled(connection).discard())
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    pooled(connection).release()
  }

  async destroy(): Promise<void> {
    await this.#pool.end()
  }
}

class PoolConnection implements DatabaseConnection {
  readonly #client: PoolClient
  #isDiscarded = false

  constructor(client: PoolClient) {
    this.#client = client
  }

  run(text: string, values: readonly unknown[]) {
    return asFault(() => this.#client.query(text, [...values]))
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, rowCount, command } = await this.run(query.sql, query.parameters)
    return command === "SELECT" || rowCount === null ? { rows } : { rows, numAffectedRows: BigInt(rowCount) }
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error("rows are paged, not streamed")
  }

  discard(): void {
    this.#isDiscarded = true
  }

  release(): void {
    this.#client.release(this.#isDiscarded)
  }
}

function pooled(connection: DatabaseConnection): PoolConnection {
  assert(connection instanceof PoolConnection)
  return connection
}

async function asFault<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw faultOfDatabase(error)
  }
}
