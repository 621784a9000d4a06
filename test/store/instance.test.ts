/** @file One Quernstone on a folder: who lives, who is refused, and what a death leaves free. */
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import { once } from "node:events"
import { createInterface } from "node:readline/promises"
import { text } from "node:stream/consumers"
import { test } from "node:test"
import { fileURLToPath } from "node:url"

import { systemClock } from "../../src/base/clock.ts"
import { isFault } from "../../src/base/errors.ts"
import { startCluster } from "../../src/store/cluster.ts"
import { connectClient } from "../../src/store/connect.ts"
import {
  type InstanceRole,
  listLiveInstances,
  registerInstance,
  takeInstanceLock,
} from "../../src/store/instance.ts"
import { silentLog, temporaryDataFolder, testDatabase, testStore } from "../database.ts"

const newInstance = (...roles: InstanceRole[]) => ({ id: randomUUID(), roles })
const runner = fileURLToPath(new URL("./start-quernstone.js", import.meta.url))

test("the second is refused with the first one's process and start time, and gets in after its release", async (t) => {
  const { appUrl } = await testDatabase(t)
  const take = () =>
    takeInstanceLock({ appUrl, dataFolder: "/data", instance: newInstance("serve"), onLost: assert.fail })
  const startedMs = Date.now()
  const first = await take()
  await assert.rejects(take(), (error) => {
    assert(isFault(error, "INSTANCE_RUNNING"))
    assert.equal(error.parameters.pid, process.pid)
    assert(Math.abs(Date.parse(String(error.parameters.startedAt)) - startedMs) < 60_000)
    return true
  })
  await first.release()
  const second = await take()
  await second.release()
})

test("who loses the connection that holds the lock is told", async (t) => {
  const { appUrl, superuserUrl, name } = await testDatabase(t)
  const lost = new Promise<void>((resolve) => {
    void takeInstanceLock({
      appUrl,
      dataFolder: "/data",
      instance: newInstance("serve"),
      onLost: resolve,
    }).then(cut)
  })
  async function cut() {
    const superuser = await connectClient(superuserUrl, { name: "killer" })
    const holders =
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = 'quernstone_app'"
    await superuser.query(holders, [name])
    await superuser.end()
  }
  await lost
})

test("of ten starts at once one wins; its death frees the lock, and PostgreSQL is taken over", async (t) => {
  const dataFolder = await temporaryDataFolder(t)
  const starts = Array.from({ length: 10 }, () => startProcess(dataFolder))
  t.after(() => starts.map(({ child }) => child.kill("SIGKILL")))
  const answers = await Promise.all(
    starts.map(async ({ child, answer }) => ({ child, answer: await answer })),
  )
  const winners = answers.filter(({ answer }) => answer.won)
  assert.equal(winners.length, 1, JSON.stringify(answers.map(({ answer }) => answer)))
  const winner = winners[0]?.child
  assert(winner)
  for (const { child, answer } of answers)
    if (child !== winner) assert.deepEqual([answer.code, answer.pid], ["INSTANCE_RUNNING", winner.pid])
  winner.kill("SIGKILL")
  await once(winner, "exit")
  const cluster = await startCluster({ dataFolder, pgUid: null, log: silentLog, clock: systemClock })
  t.after(() => cluster.stop())
  assert.equal(cluster.takenOver, true)
  const instance = newInstance("serve")
  const lock = await takeInstanceLock({ appUrl: cluster.appUrl, dataFolder, instance, onLost: assert.fail })
  await lock.release()
})

type Answer = { won?: boolean; code?: string; pid?: number }

function startProcess(dataFolder: string): { child: ChildProcess; answer: Promise<Answer> } {
  const child = spawn(process.execPath, [runner, dataFolder], { stdio: ["pipe", "pipe", "pipe"] })
  const complaint = text(child.stderr)
  const answer = (async () => {
    for await (const line of createInterface(child.stdout)) return JSON.parse(line)
    return { code: await complaint }
  })()
  return { child, answer }
}

test("instances live while they give signs, and by their roles", async (t) => {
  const { store, ownerClient } = await testStore(t)
  const both = newInstance("serve", "work")
  const worker = newInstance("work")
  const registrations = [both, worker].map((instance) =>
    registerInstance({ store, instance, log: silentLog }),
  )
  const ids = async (role: InstanceRole) => (await listLiveInstances(store, role)).map(({ id }) => id)
  const [ofBoth, ofWorker] = await Promise.all(registrations)
  assert.deepEqual(await ids("serve"), [both.id])
  assert.deepEqual(new Set(await ids("work")), new Set([both.id, worker.id]))
  await ofWorker?.close()
  assert.deepEqual(await ids("work"), [both.id])
  await ofBoth?.close()
  const silent = [newInstance("serve").id, "1 minute"]
  const insert = `insert into quernstone_server.instance (id, pid, host, roles, seen_at) values ($1, 1, 'h', '{serve}', now() - $2::interval)`
  await ownerClient.query(insert, silent)
  assert.deepEqual(await ids("serve"), [])
})

test("a sign of life is renewed, and brings back a row that somebody removed", async (t) => {
  const { store, ownerClient } = await testStore(t)
  const instance = newInstance("serve")
  const registration = await registerInstance({ store, instance, log: silentLog, beatMs: 5 })
  t.after(() => registration.close())
  await ownerClient.query("delete from quernstone_server.instance")
  while ((await listLiveInstances(store, "serve")).length === 0);
  assert.equal((await listLiveInstances(store, "serve"))[0]?.id, instance.id)
  await registration.close()
})
