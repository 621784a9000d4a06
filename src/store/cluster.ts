/** @file The embedded PostgreSQL: made at the first start, found or started at each, recovered after any death. */

import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { Client } from "pg"
import { z } from "zod"

import type { Clock } from "../base/clock.ts"
import { fault, messageOf } from "../base/errors.ts"
import type { Log } from "../base/log.ts"
import { type ClusterBinaries, findBinaries } from "./cluster-binaries.ts"
import { type ClusterLocation, locateCluster } from "./cluster-location.ts"
import {
  type ClusterServer,
  findOrStartServer,
  type Probe,
  socketPort,
  stopServer,
} from "./cluster-server.ts"
import { connectClient } from "./connect.ts"
import { claimDataVersion } from "./data-version.ts"
import { socketUrl, withParts } from "./database-url.ts"
import { codeOf, fileExists, syncFolder, writeFileDurably } from "./files.ts"
import { databaseName, ensureDatabase, ensureRoles, ensureSchemas } from "./roles.ts"
import { takeStartTurn } from "./start-turn.ts"

export type ClusterOptions = {
  readonly dataFolder: string
  /** The user id that PostgreSQL gets when we are root; null: the user postgres, else 65534. */
  readonly pgUid: number | null
  readonly log: Log
  readonly clock: Clock
  /** XDG_RUNTIME_DIR of an ordinary user. */
  readonly runtimeFolder?: string | null
  /** Where root puts what PostgreSQL's user cannot reach in the data folder. */
  readonly systemFolder?: string
  /** Further PostgreSQL settings, over ours. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A running cluster whose roles and database exist; its schema is for `migrate`. */
export type Cluster = {
  readonly appUrl: string
  readonly ownerUrl: string
  /** For bootstrap and tests only. */
  readonly superuserUrl: string
  /** Process number of PostgreSQL's first process. */
  readonly pid: number
  /** It ran already: an earlier Quernstone left it, or another one uses it. */
  readonly takenOver: boolean
  readonly dataFolder: string
  readonly logFile: string
  /** Shuts PostgreSQL down. Only the one that holds the instance lock may. */
  readonly stop: () => Promise<void>
}

export const superuserName = "quernstone_superuser"

/**
 * Any number may call this at once on one folder: they take turns, one starts PostgreSQL, the others take it over.
 * Throws CLUSTER_UNSUPPORTED, CLUSTER_FOLDER, CLUSTER_START_FAILED, DATA_VERSION.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const location = await locateCluster({
    dataFolder: options.dataFolder,
    pgUid: options.pgUid,
    runtimeFolder: options.runtimeFolder ?? null,
    systemFolder: options.systemFolder ?? "/var/lib/quernstone",
  })
  const turn = await takeStartTurn(location.dataFolder)
  if (turn === null)
    throw fault("CLUSTER_START_FAILED", {
      reason: "another start on this folder does not end",
      logFile: location.logFile,
    })
  try {
    return await startInTurn(options, location)
  } finally {
    await turn.end()
  }
}

async function startInTurn(options: ClusterOptions, location: ClusterLocation): Promise<Cluster> {
  const { log, clock } = options
  const startedMs = clock.monotonicMs()
  await claimDataVersion(location.dataFolder)
  const passwords = await readOrMakePasswords(location)
  const binaries = await findBinaries(location)
  const dataDirectory = join(location.clusterFolder, "data")
  const isFirst = !(await fileExists(join(dataDirectory, "PG_VERSION")))
  if (isFirst) await makeCluster({ location, binaries, dataDirectory, password: passwords.superuser })
  const urlOf = (socketFolder: string) =>
    socketUrl({
      socketFolder,
      port: socketPort,
      user: superuserName,
      password: passwords.superuser,
      database: "postgres",
    })
  const server = await findOrStartServer({
    location,
    binaries,
    dataDirectory,
    probe: probeBy(urlOf, location),
    settings: options.settings ?? {},
    log,
    clock,
  })
  const superuserUrl = urlOf(server.socketFolder)
  await bootstrap(superuserUrl, passwords)
  log.info(
    { pid: server.pid, takenOver: server.takenOver, tookMs: Math.round(clock.monotonicMs() - startedMs) },
    server.takenOver ? "PostgreSQL taken over" : "PostgreSQL started",
  )
  return clusterOf({ server, location, dataDirectory, superuserUrl, passwords, clock })
}

function clusterOf(made: {
  readonly server: ClusterServer
  readonly location: ClusterLocation
  readonly dataDirectory: string
  readonly superuserUrl: string
  readonly passwords: Passwords
  readonly clock: Clock
}): Cluster {
  const { server, location, dataDirectory, superuserUrl, passwords, clock } = made
  const as = (user: string, password: string) =>
    withParts(superuserUrl, { user, password, database: databaseName })
  return {
    appUrl: as("quernstone_app", passwords.app),
    ownerUrl: as("quernstone_owner", passwords.owner),
    superuserUrl,
    pid: server.pid,
    takenOver: server.takenOver,
    dataFolder: location.dataFolder,
    logFile: location.logFile,
    stop: () => stopServer(server.pid, dataDirectory, clock),
  }
}

const passwordsSchema = z.object({ superuser: z.string(), owner: z.string(), app: z.string() })
type Passwords = Readonly<z.output<typeof passwordsSchema>>

async function readOrMakePasswords(location: ClusterLocation): Promise<Passwords> {
  const folder = join(location.dataFolder, "keys")
  const path = join(folder, "postgres.json")
  const text = await readFile(path, "utf8").catch((error) => {
    if (codeOf(error) !== "ENOENT") throw fault("CLUSTER_FOLDER", { folder: path, reason: messageOf(error) })
    return null
  })
  if (text !== null) return passwordsSchema.parse(JSON.parse(text))
  if (await fileExists(join(location.clusterFolder, "data")))
    throw fault("CLUSTER_FOLDER", { folder: location.dataFolder, reason: "keys/postgres.json is missing" })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const password = () => randomBytes(24).toString("base64url")
  const passwords = { superuser: password(), owner: password(), app: password() }
  await writeFileDurably(path, `${JSON.stringify(passwords)}\n`, { mode: 0o600 })
  return passwords
}

/** initdb into a folder beside, then one rename: a start that dies half-way leaves nothing that looks like a cluster. */
async function makeCluster(options: {
  readonly location: ClusterLocation
  readonly binaries: ClusterBinaries
  readonly dataDirectory: string
  readonly password: string
}): Promise<void> {
  const { location, binaries, dataDirectory, password } = options
  const { clusterFolder, user } = location
  for (const name of await readdir(clusterFolder))
    if (name.startsWith("new-")) await rm(join(clusterFolder, name), { recursive: true, force: true })
  const suffix = randomBytes(6).toString("hex")
  const unfinished = join(clusterFolder, `new-${suffix}`)
  const passwordFile = join(clusterFolder, `new-${suffix}.password`)
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: "wx" })
    if (user !== null) await chown(passwordFile, user.uid, user.gid)
    await runInitdb({ location, binaries, folder: unfinished, passwordFile })
    await rename(unfinished, dataDirectory)
    await syncFolder(clusterFolder)
  } finally {
    await rm(passwordFile, { force: true })
    await rm(unfinished, { recursive: true, force: true })
  }
}

async function runInitdb(options: {
  readonly location: ClusterLocation
  readonly binaries: ClusterBinaries
  readonly folder: string
  readonly passwordFile: string
}): Promise<void> {
  const { location, binaries, folder, passwordFile } = options
  const words = [
    `--pgdata=${folder}`,
    `--username=${superuserName}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
    "--data-checksums",
    "--no-instructions",
  ]
  const child = spawn(binaries.initdb, words, {
    ...(location.user ?? {}),
    cwd: location.clusterFolder,
    env: { ...binaries.environment, LC_ALL: "C.UTF-8", TZ: "UTC" },
    stdio: ["ignore", "ignore", "pipe"],
  })
  let complaint = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-1_000)
  })
  const code = await new Promise<string | number | null>((resolve) => {
    child.on("error", (error) => resolve(error.message))
    child.on("close", (status, signal) => resolve(signal ?? status))
  })
  if (code === 0) return
  const reason = `initdb ended with ${code}: ${complaint.trim().replaceAll(/\s*\n\s*/g, "; ")}`
  throw fault("CLUSTER_START_FAILED", { reason, logFile: location.logFile })
}

function probeBy(urlOf: (socketFolder: string) => string, { logFile }: ClusterLocation): Probe {
  return async (socketFolder) => {
    const client = new Client({ connectionString: urlOf(socketFolder), connectionTimeoutMillis: 2_000 })
    client.on("error", () => {})
    try {
      await client.connect()
      await client.query("select 1")
      return "ready"
    } catch (error) {
      if (codeOf(error) === "28P01")
        throw fault("CLUSTER_START_FAILED", {
          reason: "the password in keys/postgres.json is not that of this cluster",
          logFile,
        })
      return codeOf(error) === "57P03" ? "starting" : "silent"
    } finally {
      await client.end().catch(() => {})
    }
  }
}

/** Finishes what an earlier start may have left undone; changes nothing where all is there. */
async function bootstrap(superuserUrl: string, passwords: Passwords): Promise<void> {
  const client = await connectClient(superuserUrl, { name: "quernstone bootstrap" })
  try {
    await ensureRoles(client, passwords)
    await ensureDatabase(client, databaseName)
    await client.query("revoke connect on database postgres, template1 from public")
  } finally {
    await client.end()
  }
  const inside = await connectClient(withParts(superuserUrl, { database: databaseName }), {
    name: "quernstone bootstrap",
  })
  try {
    await ensureSchemas(inside)
  } finally {
    await inside.end()
  }
}
