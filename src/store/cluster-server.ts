/** @file Starting, finding and stopping the PostgreSQL server of one cluster. */
import { spawn } from "node:child_process"
import { constants } from "node:fs"
import { open, rename, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"

import type { Clock } from "../base/clock.ts"
import { type Fault, fault } from "../base/errors.ts"
import type { Log } from "../base/log.ts"
import type { ClusterBinaries } from "./cluster-binaries.ts"
import type { ClusterLocation } from "./cluster-location.ts"
import { codeOf, fileExists } from "./files.ts"
import { isPostmasterOf, isRunning, isSharedMemoryInUse, readPostmasterFile } from "./postmaster.ts"

/** Answers of a server: it takes connections, it is starting or recovering, or it does not answer. */
export type Probe = (socketFolder: string) => Promise<"ready" | "starting" | "silent">

export type ClusterServer = {
  readonly pid: number
  readonly socketFolder: string
  readonly takenOver: boolean
}

export type ServerOptions = {
  readonly location: ClusterLocation
  readonly binaries: ClusterBinaries
  readonly dataDirectory: string
  readonly probe: Probe
  readonly settings: Readonly<Record<string, string>>
  readonly log: Log
  readonly clock: Clock
}

export const socketPort = 5432

/** How long a server may be silent; while it says that it recovers, recoveryMsMax. */
const silentMsMax = 10_000
const recoveryMsMax = 600_000
const pollMs = 25
const stopMsMax = 60_000
const logBytesMax = 16 * 1024 * 1024

/** The settings that differ from PostgreSQL's own; given on the command line, so that they always are those of this version. */
const clusterSettings: Readonly<Record<string, string>> = {
  listen_addresses: "",
  port: String(socketPort),
  unix_socket_permissions: "0700",
  max_connections: "60",
  shared_buffers: "64MB",
  max_wal_size: "512MB",
  huge_pages: "off",
  jit: "off",
  // Small databases gain nothing from helpers that wait in memory.
  io_method: "sync",
  max_logical_replication_workers: "0",
  max_parallel_workers_per_gather: "0",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
  // Statements and details hold customers' values; codes and messages are enough to find a fault.
  log_error_verbosity: "terse",
  log_min_error_statement: "panic",
}

/** The living server of this cluster, or a new one. Throws CLUSTER_START_FAILED. */
export async function findOrStartServer(options: ServerOptions): Promise<ClusterServer> {
  return (await findServer(options)) ?? (await launch(options))
}

/** Fast shutdown: sessions are ended, the data is written out. Returns when the process is gone. */
export async function stopServer(pid: number, dataDirectory: string, clock: Clock): Promise<void> {
  if (!(await isPostmasterOf(pid, dataDirectory))) return
  const startedMs = clock.monotonicMs()
  signal(pid, "SIGINT")
  while (await isRunning(pid)) {
    // Immediate shutdown loses nothing that was committed; the next start recovers.
    if (clock.monotonicMs() - startedMs > stopMsMax) signal(pid, "SIGQUIT")
    await delay(pollMs)
  }
}

function signal(pid: number, name: "SIGINT" | "SIGQUIT"): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (codeOf(error) !== "ESRCH") throw error
  }
}

/** A server that lives is taken over; the file of one that does not is removed where PostgreSQL itself would trip over it. */
async function findServer(options: ServerOptions): Promise<ClusterServer | null> {
  const { dataDirectory, location, clock, log } = options
  const file = await readPostmasterFile(dataDirectory)
  if (file === null) return null
  const isOurs = await isPostmasterOf(file.pid, dataDirectory)
  if (!isOurs) {
    await untilMemoryFree(file.sharedMemoryId, options)
    log.warn({ pid: file.pid }, "PostgreSQL was not shut down; it will recover")
    // A number that is in use, by somebody else's process or a zombie, looks to PostgreSQL like a living server. When
    // nobody has it, PostgreSQL removes the files itself, after checks of its own.
    if (await fileExists(`/proc/${file.pid}`)) await removeLockFiles(dataDirectory, file.socketFolder)
    return null
  }
  const socketFolder = file.socketFolder ?? location.socketFolder
  const startedMs = clock.monotonicMs()
  while (await isPostmasterOf(file.pid, dataDirectory)) {
    const answer = await options.probe(socketFolder)
    if (answer === "ready") return { pid: file.pid, socketFolder, takenOver: true }
    if (clock.monotonicMs() - startedMs > patienceMs(answer))
      throw failed(options, `process ${file.pid} holds ${dataDirectory} but does not answer; stop it first`)
    await delay(pollMs)
  }
  return findServer(options)
}

async function removeLockFiles(dataDirectory: string, socketFolder: string | null): Promise<void> {
  await rm(join(dataDirectory, "postmaster.pid"), { force: true })
  if (socketFolder !== null) await rm(join(socketFolder, `.s.PGSQL.${socketPort}.lock`), { force: true })
}

async function untilMemoryFree(id: number | null, options: ServerOptions): Promise<void> {
  const startedMs = options.clock.monotonicMs()
  while (id !== null && (await isSharedMemoryInUse(id))) {
    if (options.clock.monotonicMs() - startedMs > silentMsMax)
      throw failed(
        options,
        `processes of an earlier server on ${options.dataDirectory} still run; end them first`,
      )
    await delay(pollMs)
  }
}

function patienceMs(answer: "starting" | "silent"): number {
  return answer === "starting" ? recoveryMsMax : silentMsMax
}

async function launch(options: ServerOptions): Promise<ClusterServer> {
  const { location, dataDirectory, clock } = options
  const logFile = await openLog(location.logFile)
  const { size: logStart } = await logFile.stat()
  const child = spawn(options.binaries.postgres, ["-D", dataDirectory, ...settingWords(options)], {
    ...(location.user ?? {}),
    cwd: location.clusterFolder,
    env: { ...options.binaries.environment, LC_ALL: "C.UTF-8", TZ: "UTC" },
    // Its own session: Ctrl+C in our terminal must not reach it before we have finished.
    detached: true,
    stdio: ["ignore", logFile.fd, logFile.fd],
  })
  child.unref()
  const ended = new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(error.message))
    child.on("exit", (code, name) => resolve(`it ended with ${name ?? `code ${code}`}`))
  })
  await logFile.close()
  const startedMs = clock.monotonicMs()
  for (;;) {
    const reason = await Promise.race([ended, delay(pollMs, null)])
    if (reason !== null) throw failed(options, `${reason}: ${await logTail(location.logFile, logStart)}`)
    const answer = await options.probe(location.socketFolder)
    if (answer === "ready" && child.pid !== undefined)
      return { pid: child.pid, socketFolder: location.socketFolder, takenOver: false }
    if (answer !== "ready" && clock.monotonicMs() - startedMs > patienceMs(answer))
      throw failed(options, "it does not answer")
  }
}

function settingWords({ location, settings }: ServerOptions): string[] {
  const all = {
    ...clusterSettings,
    // A list, whose members may be quoted as identifiers are: the path may have commas and blanks.
    unix_socket_directories: `"${location.socketFolder.replaceAll('"', '""')}"`,
    ...settings,
  }
  return Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`])
}

/** Appended to by PostgreSQL for as long as it runs, so it is put aside at a start when it has grown. */
async function openLog(path: string) {
  const { size } = await stat(path).catch(() => ({ size: 0 }))
  if (size > logBytesMax) await rename(path, `${path}.1`)
  return open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
}

const logTailBytesMax = 2_000

async function logTail(path: string, start: number): Promise<string> {
  const file = await open(path, "r")
  try {
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(logTailBytesMax),
      position: Math.max(start, (await file.stat()).size - logTailBytesMax),
    })
    return buffer
      .toString("utf8", 0, bytesRead)
      .trim()
      .replaceAll(/\s*\n\s*/g, "; ")
  } finally {
    await file.close()
  }
}

function failed({ location }: ServerOptions, reason: string): Fault {
  return fault("CLUSTER_START_FAILED", { reason, logFile: location.logFile })
}
