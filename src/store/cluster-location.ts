/** @file Where the embedded PostgreSQL lives: the user it runs as, its folder, its socket; all must be reachable for that user. */
import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { chmod, chown, lstat, mkdir, readFile, realpath, rmdir } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"

import { fault, messageOf } from "../base/errors.ts"
import { codeOf, fileExists, writeFileDurably } from "./files.ts"

/** Whom PostgreSQL runs as; null: as ourselves. PostgreSQL refuses to run as root. */
export type ClusterUser = { readonly uid: number; readonly gid: number } | null

export type ClusterLocation = {
  /** DATA, as the kernel names it. */
  readonly dataFolder: string
  /** The one folder that belongs to PostgreSQL's user. */
  readonly clusterFolder: string
  readonly socketFolder: string
  readonly logFile: string
  /** Where a copy of the binaries goes when PostgreSQL's user cannot reach the packaged ones. */
  readonly fallbackFolder: string
  readonly user: ClusterUser
}

export type LocationOptions = {
  readonly dataFolder: string
  /** Used only as root: QUERNSTONE_PG_UID. */
  readonly pgUid: number | null
  /** XDG_RUNTIME_DIR, for the socket of an ordinary user whose data folder has a long path. */
  readonly runtimeFolder: string | null
  /** Parent of the folders that root uses when PostgreSQL's user cannot enter DATA. */
  readonly systemFolder: string
}

/** PostgreSQL refuses socket paths beyond 107 bytes; `/.s.PGSQL.5432` and a terminator follow the folder. */
const socketFolderBytesMax = 90
const nobodyUid = 65_534

/** Makes DATA and the folders in it that are missing. Throws CLUSTER_FOLDER. */
export async function locateCluster(options: LocationOptions): Promise<ClusterLocation> {
  const user = await clusterUser(options.pgUid)
  const dataFolder = await makeDataFolder(options.dataFolder, user)
  const hash = createHash("sha256").update(dataFolder).digest("hex").slice(0, 16)
  const fallbackFolder = join(options.systemFolder, `pg-${hash}`)
  const clusterFolder = await makeClusterFolder({ dataFolder, fallbackFolder, user })
  const socketFolder = await makeSocketFolder({
    clusterFolder,
    hash,
    user,
    runtimeFolder: options.runtimeFolder,
  })
  const logFile = join(dataFolder, "postgres.log")
  return { dataFolder, clusterFolder, socketFolder, logFile, fallbackFolder, user }
}

/** Whether PostgreSQL's user can run this program; `words` are its arguments. */
export function canRunAs(user: ClusterUser, program: string, words: readonly string[]): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { ...(user ?? {}), cwd: "/", stdio: "ignore" })
    // A program that the user cannot reach fails in spawn itself.
    child.on("error", (error) =>
      codeOf(error) === "EPERM" && user !== null ? reject(error) : resolve(false),
    )
    child.on("exit", (code) => resolve(code === 0))
  })
}

async function clusterUser(pgUid: number | null): Promise<ClusterUser> {
  if (process.getuid?.() !== 0) return null
  const accounts = (await readFile("/etc/passwd", "utf8").catch(() => ""))
    .split("\n")
    .map((line) => line.split(":"))
  const named = accounts.find(([name, , uid]) =>
    pgUid === null ? name === "postgres" : Number(uid) === pgUid,
  )
  const uid = pgUid ?? Number(named?.[2] ?? nobodyUid)
  return { uid, gid: Number(named?.[3] ?? uid) }
}

/** As root, others may pass through (not read): PostgreSQL's user must reach its own folder inside. */
async function makeDataFolder(path: string, user: ClusterUser): Promise<string> {
  try {
    if (user === null) await mkdir(path, { recursive: true, mode: 0o700 })
    else await makePassage(path)
    return await realpath(path)
  } catch (error) {
    throw fault("CLUSTER_FOLDER", { folder: path, reason: messageOf(error) }, { cause: error })
  }
}

/** `DATA/pg`, or a folder of root's when PostgreSQL's user cannot enter that; `DATA/pg-location` then names it for good. */
async function makeClusterFolder(options: {
  readonly dataFolder: string
  readonly fallbackFolder: string
  readonly user: ClusterUser
}): Promise<string> {
  const { dataFolder, fallbackFolder, user } = options
  const inside = join(dataFolder, "pg")
  const note = join(dataFolder, "pg-location")
  const noted = (await readFile(note, "utf8").catch(() => "")).trim()
  const folder = noted === "" ? inside : noted
  await makeOwnedFolder(folder, user)
  if (await canEnter(user, folder)) return folder
  if (noted !== "" || (await fileExists(join(inside, "data"))))
    throw fault("CLUSTER_FOLDER", { folder, reason: `user id ${user?.uid} cannot enter a folder above it` })
  await makePassage(fallbackFolder)
  const outside = join(fallbackFolder, "pg")
  await makeOwnedFolder(outside, user)
  if (!(await canEnter(user, outside)))
    throw fault("CLUSTER_FOLDER", {
      folder: dataFolder,
      reason: `user id ${user?.uid} can enter neither it nor ${outside}`,
    })
  await rmdir(inside)
  await writeFileDurably(note, `${outside}\n`, { mode: 0o644 })
  return outside
}

function canEnter(user: ClusterUser, folder: string): Promise<boolean> {
  return canRunAs(user, "/bin/sh", ["-c", 'cd "$1" && test -w .', "sh", folder])
}

/** A folder that others may pass through but not list, whatever the umask; a folder that was there stays as it is. */
export async function makePassage(folder: string): Promise<void> {
  const path = resolve(folder)
  const first = await mkdir(path, { recursive: true })
  if (first === undefined) return
  for (let made = path; made.length >= first.length; made = dirname(made)) await chmod(made, 0o711)
}

async function makeSocketFolder(options: {
  readonly clusterFolder: string
  readonly hash: string
  readonly user: ClusterUser
  readonly runtimeFolder: string | null
}): Promise<string> {
  const { clusterFolder, hash, user, runtimeFolder } = options
  const inside = join(clusterFolder, "run")
  const isShort = Buffer.byteLength(inside) <= socketFolderBytesMax
  // Root's runtime folder is closed to PostgreSQL's user.
  const parent = (user === null ? runtimeFolder : null) ?? tmpdir()
  const folder = isShort ? inside : join(parent, `quernstone-${hash}`)
  if (Buffer.byteLength(folder) > socketFolderBytesMax)
    throw fault("CLUSTER_FOLDER", { folder, reason: "its path is too long for a socket" })
  await makeOwnedFolder(folder, user)
  return folder
}

/** A folder for PostgreSQL's user alone. One that somebody else made first is refused: who owns it could answer in our name. */
async function makeOwnedFolder(folder: string, user: ClusterUser): Promise<void> {
  const uid = user?.uid ?? process.getuid?.()
  try {
    await mkdir(folder, { mode: 0o700 })
    if (user !== null) await chown(folder, user.uid, user.gid)
  } catch (error) {
    if (codeOf(error) !== "EEXIST")
      throw fault("CLUSTER_FOLDER", { folder, reason: messageOf(error) }, { cause: error })
  }
  const found = await lstat(folder)
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0)
    throw fault("CLUSTER_FOLDER", { folder, reason: `it is not a private folder of user id ${uid}` })
}
