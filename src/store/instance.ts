/** @file Processes of one installation: who lives, and the lock that lets only one Quernstone live on an embedded folder. */
import { hostname } from "node:os"
import { setTimeout as delay } from "node:timers/promises"

import { sql } from "kysely"
import type { Client } from "pg"

import { fault, messageOf } from "../base/errors.ts"
import type { Log } from "../base/log.ts"
import { connectClient } from "./connect.ts"
import type { Store } from "./database.ts"

export type InstanceRole = "serve" | "work"
export type Instance = { readonly id: string; readonly roles: readonly InstanceRole[] }

/** Number of the advisory lock of an installation: the letters QRUN. */
const instanceLock = 0x5152554e
const holderPollMs = 25
const holderMsMax = 5_000

const heartbeatMs = 2_000
/** Without a sign for this long a process counts as gone; a busy one may miss a few beats. */
const liveMsMax = 10_000
const forgottenMsMax = 3_600_000

export type InstanceLock = { readonly release: () => Promise<void> }

/**
 * Held by one connection for the life of the process, so that PostgreSQL frees it at any death. `onLost` is called once
 * when the connection ends without release: from then on another may hold the lock, so the caller must stop.
 * Throws INSTANCE_RUNNING, DATABASE_UNAVAILABLE.
 */
export async function takeInstanceLock(options: {
  readonly appUrl: string
  readonly dataFolder: string
  readonly instance: Instance
  readonly onLost: () => void
}): Promise<InstanceLock> {
  const { appUrl, dataFolder, instance, onLost } = options
  const client = await connectClient(appUrl, { name: lockName(instance.id) })
  let isReleased = false
  try {
    await lockOrRefuse(client, dataFolder)
    // Whoever held the lock before is dead; its row would pass for a living one until its last sign is old.
    await client.query(deleteDeadServers, [instance.id])
    await client.query(upsertInstance, [instance.id, process.pid, hostname(), instance.roles])
    client.on("end", () => isReleased || onLost())
  } catch (error) {
    isReleased = true
    await client.end().catch(() => {})
    throw error
  }
  return {
    release: async () => {
      isReleased = true
      await client
        .query("delete from quernstone_server.instance where id = $1", [instance.id])
        .catch(() => {})
      await client.end().catch(() => {})
    },
  }
}

/** Shows in pg_stat_activity, by which the holder of the lock finds its row. */
function lockName(instanceId: string): string {
  return `quernstone ${instanceId}`
}

async function lockOrRefuse(client: Client, dataFolder: string): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += holderPollMs) {
    const { rows } = await client.query<{ taken: boolean }>("select pg_try_advisory_lock($1) as taken", [
      instanceLock,
    ])
    if (rows[0]?.taken) return
    const { rows: holders } = await client.query<{ pid: number; started_at: Date }>(selectHolder, [
      instanceLock,
    ])
    const holder = holders[0]
    // The holder writes its row just after it has the lock; or it is gone, and the next try succeeds.
    if (holder === undefined && waitedMs < holderMsMax) await delay(holderPollMs)
    else
      throw fault("INSTANCE_RUNNING", {
        pid: holder?.pid ?? "?",
        startedAt: holder?.started_at.toISOString() ?? "?",
        folder: dataFolder,
      })
  }
}

const selectHolder = `
  select i.pid, i.started_at
    from pg_locks l
    join pg_database d on d.oid = l.database and d.datname = current_database()
    join pg_stat_activity a on a.pid = l.pid
    join quernstone_server.instance i on a.application_name = 'quernstone ' || i.id
   where l.locktype = 'advisory' and l.granted and l.objsubid = 1 and l.classid = 0 and l.objid = $1`

const deleteDeadServers = `
  delete from quernstone_server.instance where 'serve' = any(roles) and id <> $1`

const upsertInstance = `
  insert into quernstone_server.instance (id, pid, host, roles) values ($1, $2, $3, $4)
  on conflict (id) do update set seen_at = now()`

/** Writes the row of this process and keeps it fresh until it is closed. */
export async function registerInstance(options: {
  readonly store: Store
  readonly instance: Instance
  readonly log: Log
  readonly beatMs?: number
}): Promise<{ close(): Promise<void> }> {
  const { store, instance, log } = options
  await beat(store, instance)
  let isBeating = false
  const timer = setInterval(() => {
    if (isBeating) return
    isBeating = true
    beat(store, instance)
      .catch((error) => log.warn({ error: messageOf(error) }, "the sign of life could not be written"))
      .finally(() => {
        isBeating = false
      })
  }, options.beatMs ?? heartbeatMs)
  return {
    close: async () => {
      clearInterval(timer)
      await store
        .serverWide((transaction) =>
          transaction.deleteFrom("quernstone_server.instance").where("id", "=", instance.id).execute(),
        )
        .catch(() => {})
    },
  }
}

async function beat(store: Store, { id, roles }: Instance): Promise<void> {
  await store.serverWide(async (transaction) => {
    await transaction
      .insertInto("quernstone_server.instance")
      .values({ id, pid: process.pid, host: hostname(), roles: [...roles] })
      .onConflict((conflict) => conflict.column("id").doUpdateSet({ seen_at: sql<Date>`now()` }))
      .execute()
    await transaction
      .deleteFrom("quernstone_server.instance")
      .where("seen_at", "<", sql<Date>`now() - make_interval(secs => ${forgottenMsMax / 1000})`)
      .execute()
  })
}

export type LiveInstance = {
  readonly id: string
  readonly pid: number
  readonly host: string
  readonly startedAt: Date
}

/** Processes with this role that gave a sign of life within 10 s, by the database's clock. */
export async function listLiveInstances(store: Store, role: InstanceRole): Promise<readonly LiveInstance[]> {
  const rows = await store.serverWide((transaction) =>
    transaction
      .selectFrom("quernstone_server.instance")
      .select(["id", "pid", "host", "started_at"])
      .where(sql<boolean>`${role} = any(roles)`)
      .where("seen_at", ">", sql<Date>`now() - make_interval(secs => ${liveMsMax / 1000})`)
      .orderBy("started_at")
      .execute(),
  )
  return rows.map(({ id, pid, host, started_at }) => ({ id, pid, host, startedAt: started_at }))
}
