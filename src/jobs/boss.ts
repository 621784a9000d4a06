/** @file pg-boss as we use it: on our connections, with a schema that our migrations made, and never altering anything. */
import { fromKysely, PgBoss } from "pg-boss"
import { z } from "zod"

import { messageOf } from "../base/errors.ts"
import type { Log } from "../base/log.ts"
import type { Store, Transaction } from "../store/index.ts"

/** What pg-boss answers to a command; its own type says nothing of it. */
const responseSchema = z.object({ affected: z.number() })

/** All that pg-boss holds of a job. */
export const ticketDataSchema = z.object({ jobId: z.uuid(), workspaceId: z.uuid() })
export type TicketData = z.infer<typeof ticketDataSchema>

/** A job as it was fetched: `retryCount` is pg-boss's own fence. */
export type Ticket = TicketData & {
  readonly kind: string
  readonly ticketId: string
  readonly retryCount: number
}

/** No DDL, no partitions, no statistics that need tables at run time, no registry beside our own. */
const quiet = {
  schema: "pgboss",
  migrate: false,
  createSchema: false,
  schedule: false,
  persistQueueStats: false,
  persistWarnings: false,
  registerInstance: false,
  reindex: false,
  monitorVacuum: false,
  openTelemetry: { enabled: false },
} as const

/** Puts a job's ticket into the queue of its kind, in the caller's transaction. */
export async function sendTicket(
  transaction: Transaction,
  ticket: TicketData & { readonly kind: string; readonly delayMs: number },
): Promise<void> {
  const db = fromKysely(transaction)
  const boss = new PgBoss({ ...quiet, supervise: false, db })
  await boss.send(
    ticket.kind,
    { jobId: ticket.jobId, workspaceId: ticket.workspaceId },
    ticket.delayMs > 0 ? { startAfter: ticket.delayMs / 1_000 } : {},
  )
}

/** The queue of a process that runs jobs. It also takes tickets back whose worker's heartbeat is missed. */
export class TicketQueue {
  readonly #boss: PgBoss

  private constructor(boss: PgBoss) {
    this.#boss = boss
  }

  static async open(options: {
    readonly store: Store
    readonly log: Log
    readonly superviseSeconds: number
  }): Promise<TicketQueue> {
    const { store, log, superviseSeconds } = options
    const boss = new PgBoss({
      ...quiet,
      supervise: true,
      superviseIntervalSeconds: superviseSeconds,
      monitorIntervalSeconds: superviseSeconds,
      maintenanceIntervalSeconds: 3_600,
      flowIntervalSeconds: 3_600,
      db: { executeSql: async (text, values) => await store.executeSql(text, values ?? []) },
    })
    boss.on("error", (error) => log.warn({ error: messageOf(error) }, "the job queue met an error"))
    boss.on("warning", (warning) => log.warn({ warning: warning.message }, "the job queue warns"))
    await boss.start()
    return new TicketQueue(boss)
  }

  async fetch(kind: string): Promise<Ticket | null> {
    const [job] = await this.#boss.fetch<unknown>(kind, { batchSize: 1, includeMetadata: true })
    if (job === undefined) return null
    return { ...ticketDataSchema.parse(job.data), kind, ticketId: job.id, retryCount: job.retryCount }
  }

  /** False when the ticket is no longer ours. */
  async touch(ticket: Ticket): Promise<boolean> {
    const response: unknown = await this.#boss.touch(ticket.kind, fenceOf(ticket))
    return responseSchema.parse(response).affected > 0
  }

  /** In the transaction that settles the job; does nothing when the ticket is no longer ours. */
  async complete(transaction: Transaction, ticket: Ticket): Promise<void> {
    await this.#boss.complete(ticket.kind, fenceOf(ticket), null, { db: fromKysely(transaction) })
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false, close: false })
  }
}

function fenceOf(ticket: Ticket): { id: string; retryCount: number } {
  return { id: ticket.ticketId, retryCount: ticket.retryCount }
}
