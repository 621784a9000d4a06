/** @file What other processes must hear of within seconds: table change, told at once by NOTIFY, with a poll as the fence. */
import { sql } from "kysely"
import { z } from "zod"

import { messageOf } from "../base/errors.ts"
import type { Log } from "../base/log.ts"
import type { Store, Transaction } from "./database.ts"

/** `topic` says what kind of thing changed, `subject` which one. */
export type Change = { readonly workspaceId: string; readonly topic: string; readonly subject: string }

export type ChangeWatch = {
  /** Calls `onChange` for each change of a topic, until the returned function is called. A change may be told twice. */
  readonly subscribe: (topic: string, onChange: (change: Change) => void) => () => void
  readonly close: () => Promise<void>
}

const channel = "quernstone_change"
const defaultPollMs = 2_000
/**
 * A transaction may commit after one with a higher id, so that reading on from the highest id would miss its row. Each
 * poll therefore reads again what first showed within this time; no transaction that announces lasts as long.
 */
const settleMs = 60_000
const pollRowsMax = 1_000
/** Long after every process has polled or has started anew. */
const keptSeconds = 86_400
const cleanEveryMs = 3_600_000

const noticeSchema = z.object({
  /** Null for a hint that is in no table. */
  id: z.number().nullable(),
  workspaceId: z.string(),
  topic: z.string(),
  subject: z.string(),
})

/** Writes the change in the caller's transaction; it is told when that commits, to processes away from it by their next poll. */
export async function announceChange(transaction: Transaction, change: Change): Promise<void> {
  const { id } = await transaction
    .insertInto("change")
    .values({ workspace_id: change.workspaceId, topic: change.topic, subject: change.subject })
    .returning("id")
    .executeTakeFirstOrThrow()
  await notify(transaction, { id, ...change })
}

/** Tells those who listen now, and leaves nothing behind: for what they would find by their own poll as well. */
export async function hintChange(transaction: Transaction, change: Change): Promise<void> {
  await notify(transaction, { id: null, ...change })
}

/** One connection listens and one statement polls for a whole process; whoever wants to hear subscribes here. */
export async function watchChanges(options: {
  readonly store: Store
  readonly log: Log
  readonly pollMs?: number
  /** Hears of every topic. */
  readonly onChange?: (change: Change) => void
}): Promise<ChangeWatch> {
  const watcher = new Watcher(options)
  await watcher.open()
  return watcher
}

type Listener = { readonly topic: string | null; readonly onChange: (change: Change) => void }
type Notice = z.infer<typeof noticeSchema>

class Watcher implements ChangeWatch {
  readonly #store: Store
  readonly #log: Log
  readonly #pollMs: number
  readonly #listeners = new Set<Listener>()
  /** Ids above the floor that were told already, with the time at which they were. */
  readonly #told = new Map<number, number>()
  /** Every id up to here is settled. */
  #floor = 0
  #stopListening: (() => Promise<void>) | null = null
  #timer: NodeJS.Timeout | null = null
  #polling: Promise<void> | null = null
  #cleanedAtMs = performance.now()

  constructor(options: {
    readonly store: Store
    readonly log: Log
    readonly pollMs?: number
    readonly onChange?: (change: Change) => void
  }) {
    this.#store = options.store
    this.#log = options.log
    this.#pollMs = options.pollMs ?? defaultPollMs
    if (options.onChange !== undefined) this.#listeners.add({ topic: null, onChange: options.onChange })
  }

  async open(): Promise<void> {
    this.#stopListening = await this.#store.listen(channel, (payload) => this.#receive(payload))
    this.#floor = await this.#store.acrossWorkspaces("deployment watch", readSettledFloor)
    this.#timer = setInterval(() => {
      this.#polling ??= this.#poll().finally(() => {
        this.#polling = null
      })
    }, this.#pollMs)
  }

  subscribe(topic: string, onChange: (change: Change) => void): () => void {
    const listener = { topic, onChange }
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#listeners.clear()
    await this.#polling
    await this.#stopListening?.()
  }

  #receive(payload: string): void {
    const parsed = noticeSchema.safeParse(parseJson(payload))
    if (parsed.success) this.#tell(parsed.data)
    else this.#log.warn({ payload: payload.slice(0, 200) }, "a notification is not one of ours")
  }

  async #poll(): Promise<void> {
    try {
      await this.#tellNew()
      this.#raiseFloor()
      await this.#clean()
    } catch (error) {
      this.#log.warn({ error: messageOf(error) }, "changes cannot be read; trying again")
    }
  }

  async #tellNew(): Promise<void> {
    let rows: (Notice & { id: number })[] = []
    let above = this.#floor
    do {
      const readAbove = above
      rows = await this.#store.acrossWorkspaces("deployment watch", (transaction) =>
        readChangesAbove(transaction, readAbove),
      )
      for (const row of rows) {
        this.#tell(row)
        above = row.id
      }
    } while (rows.length === pollRowsMax)
  }

  #tell(notice: Notice): void {
    const { id, ...change } = notice
    if (id !== null) {
      if (id <= this.#floor || this.#told.has(id)) return
      this.#told.set(id, performance.now())
    }
    for (const listener of [...this.#listeners]) {
      if (listener.topic !== null && listener.topic !== change.topic) continue
      try {
        listener.onChange(change)
      } catch (error) {
        this.#log.error({ topic: change.topic, error: messageOf(error) }, "a change could not be followed")
      }
    }
  }

  #raiseFloor(): void {
    const settledBeforeMs = performance.now() - settleMs
    let floor = this.#floor
    for (const [id, toldAtMs] of this.#told) if (toldAtMs < settledBeforeMs) floor = Math.max(floor, id)
    if (floor === this.#floor) return
    this.#floor = floor
    for (const id of this.#told.keys()) if (id <= floor) this.#told.delete(id)
  }

  async #clean(): Promise<void> {
    if (performance.now() - this.#cleanedAtMs < cleanEveryMs) return
    this.#cleanedAtMs = performance.now()
    await this.#store.acrossWorkspaces("retention", removeOldChanges)
  }
}

async function notify(transaction: Transaction, notice: Notice): Promise<void> {
  await sql`select pg_notify(${channel}, ${JSON.stringify(notice)})`.execute(transaction)
}

/** Changes younger than the settling time are told again at start: hearing of them twice does no harm, missing them does. */
async function readSettledFloor(transaction: Transaction): Promise<number> {
  const { rows } = await sql<{ floor: number }>`
    select coalesce(max(id), 0)::int8 as floor from change
    where created_at < now() - make_interval(secs => ${settleMs / 1_000})`.execute(transaction)
  return rows[0]?.floor ?? 0
}

/** By index change_id. */
async function readChangesAbove(
  transaction: Transaction,
  floor: number,
): Promise<(Notice & { id: number })[]> {
  const rows = await transaction
    .selectFrom("change")
    .select(["id", "workspace_id", "topic", "subject"])
    .where("id", ">", floor)
    .orderBy("id")
    .limit(pollRowsMax)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    workspaceId: row.workspace_id,
    topic: row.topic,
    subject: row.subject,
  }))
}

async function removeOldChanges(transaction: Transaction): Promise<void> {
  await transaction
    .deleteFrom("change")
    .where("created_at", "<", sql<Date>`now() - make_interval(secs => ${keptSeconds})`)
    .execute()
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
