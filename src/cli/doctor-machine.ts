/** @file Checks of the machine: Node, platform, data folder, port, disk, clock. */
import { spawn } from "node:child_process"
import { access, constants, stat, statfs } from "node:fs/promises"
import { createServer } from "node:net"
import { dirname } from "node:path"

import type { Configuration } from "../base/config.ts"
import { messageOf } from "../base/errors.ts"
import { byteText } from "./quantities.ts"
import type { Terminal } from "./terminal.ts"

export type Finding = {
  readonly check:
    | "node"
    | "platform"
    | "dataFolder"
    | "port"
    | "disk"
    | "onnxRuntime"
    | "duckDb"
    | "postgres"
    | "server"
    | "clock"
  readonly state: "ok" | "warn" | "fail"
  readonly found: string
  /** What to do; null where there is nothing to do. */
  readonly advice: string | null
}

const oldestNode = [22, 18] as const
const nobodyUid = 65_534
const diskWarnBytes = 5e9
const diskFailBytes = 5e8
/** No clock of a machine that runs this can be earlier. */
const releasedMs = Date.parse("2026-11-01T00:00:00Z")
const clockSkewMsMax = 5_000

export async function checkNode({ say }: Terminal): Promise<Finding> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
  const isNewEnough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])
  return {
    check: "node",
    state: isNewEnough ? "ok" : "fail",
    found: process.versions.node,
    advice: isNewEnough ? null : say("adviceNode"),
  }
}

export async function checkPlatform({ say }: Terminal, { databaseUrl }: Configuration): Promise<Finding> {
  const libc = isGlibc() ? "glibc" : "musl"
  const found =
    process.platform === "linux" ? `linux ${process.arch} ${libc}` : `${process.platform} ${process.arch}`
  const isSupported = ["linux x64 glibc", "linux arm64 glibc"].includes(found)
  if (isSupported || databaseUrl !== null) return { check: "platform", state: "ok", found, advice: null }
  return { check: "platform", state: "fail", found, advice: say("advicePlatform") }
}

export async function checkDataFolder(
  { say }: Terminal,
  { configuration, isRoot }: { readonly configuration: Configuration; readonly isRoot: boolean },
): Promise<Finding> {
  const { dataFolder, pgUid } = configuration
  const existing = await nearestExisting(dataFolder)
  const finding = { check: "dataFolder", found: dataFolder } as const
  try {
    await access(existing, constants.W_OK | constants.X_OK)
  } catch {
    return { ...finding, state: "fail", advice: say("adviceDataFolder", { folder: existing }) }
  }
  if (!isRoot || (await canEnter(existing, pgUid ?? nobodyUid)))
    return { ...finding, state: "ok", advice: null }
  return { ...finding, state: "warn", advice: say("adviceDataFolderRoot") }
}

export async function checkPort({ say }: Terminal, { host, port }: Configuration): Promise<Finding> {
  const finding = { check: "port", found: `${host}:${port}` } as const
  const error = await tryListen(host, port)
  if (error === null)
    return { ...finding, state: "ok", found: say("portFree", { address: finding.found }), advice: null }
  const isOurs = await fetch(`http://${host}:${port}/healthz`).then(
    (response) => response.ok,
    () => false,
  )
  if (isOurs)
    return { ...finding, state: "ok", found: say("portOurs", { address: finding.found }), advice: null }
  return { ...finding, state: "fail", found: `${finding.found} (${error})`, advice: say("advicePort") }
}

export async function checkDisk({ say }: Terminal, { dataFolder }: Configuration): Promise<Finding> {
  const { bavail, bsize } = await statfs(await nearestExisting(dataFolder))
  const freeBytes = bavail * bsize
  const state = freeBytes < diskFailBytes ? "fail" : freeBytes < diskWarnBytes ? "warn" : "ok"
  const found = say("diskFree", { amount: byteText(freeBytes) })
  return { check: "disk", state, found, advice: state === "ok" ? null : say("adviceDisk") }
}

/** Against the release's own date and, where a server answers, against its clock. */
export async function checkClock({ say }: Terminal, url: string): Promise<Finding> {
  const nowMs = Date.now()
  const finding = { check: "clock", found: new Date(nowMs).toISOString() } as const
  if (nowMs < releasedMs) return { ...finding, state: "fail", advice: say("adviceClock") }
  const answer = await fetch(`${url}/healthz`).catch(() => null)
  const serverMs = Date.parse(answer?.headers.get("date") ?? "")
  const skewMs = Number.isNaN(serverMs) ? 0 : Math.abs(serverMs - nowMs)
  if (skewMs <= clockSkewMsMax) return { ...finding, state: "ok", advice: null }
  return {
    ...finding,
    state: "warn",
    advice: say("adviceClockServer", { seconds: Math.round(skewMs / 1000) }),
  }
}

/** True on any Linux whose C library is glibc. */
function isGlibc(): boolean {
  const report = process.report.getReport()
  return JSON.stringify(report).includes("glibcVersionRuntime")
}

async function nearestExisting(folder: string): Promise<string> {
  const exists = await stat(folder).then(
    () => true,
    () => false,
  )
  return exists || dirname(folder) === folder ? folder : nearestExisting(dirname(folder))
}

/** PostgreSQL never runs as root: its user has to get into the folder. */
function canEnter(folder: string, uid: number): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn("/bin/sh", ["-c", 'cd "$1"', "sh", folder], { uid, gid: uid, stdio: "ignore" })
    child.once("error", () => resolve(false))
    child.once("exit", (code) => resolve(code === 0))
  })
}

/** Null when the address is free, else why it is not. */
function tryListen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once("error", (error) => resolve("code" in error ? String(error.code) : messageOf(error)))
    server.listen(port, host, () => server.close(() => resolve(null)))
  })
}
