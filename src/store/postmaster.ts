/** @file What `postmaster.pid` and /proc tell of a PostgreSQL server: who holds a data directory, and whether it still lives. */
import { readFile } from "node:fs/promises"
import { join } from "node:path"

/** Lines of postmaster.pid that we need; the file is PostgreSQL's (src/include/utils/pidfile.h). */
export type PostmasterFile = {
  readonly pid: number
  readonly socketFolder: string | null
  /** Identifier of the shared memory segment that all its processes attach. */
  readonly sharedMemoryId: number | null
}

export async function readPostmasterFile(dataDirectory: string): Promise<PostmasterFile | null> {
  const text = await readFile(join(dataDirectory, "postmaster.pid"), "utf8").catch(() => null)
  return text === null ? null : parsePostmasterFile(text)
}

export function parsePostmasterFile(text: string): PostmasterFile | null {
  const [pid, , , , socketFolder, , memory] = text.split("\n")
  // A negative number is a single-user server.
  const number = Math.abs(Number.parseInt(pid ?? "", 10))
  if (!Number.isSafeInteger(number) || number === 0) return null
  const id = Number.parseInt((memory ?? "").trim().split(/\s+/)[1] ?? "", 10)
  return { pid: number, socketFolder: socketFolder || null, sharedMemoryId: Number.isNaN(id) ? null : id }
}

/** Whether this process is a running server on this data directory: process numbers are used again, and a zombie runs nothing. */
export async function isPostmasterOf(pid: number, dataDirectory: string): Promise<boolean> {
  if (!(await isRunning(pid))) return false
  const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0")
  return words.includes(dataDirectory)
}

/** False for a process that is gone and for a zombie, which nobody has waited for. */
export async function isRunning(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => null)
  if (state === null) return false
  // The name before the state is in parentheses and may hold any character.
  return !/^ [ZX]/.test(state.slice(state.lastIndexOf(")") + 1))
}

/** Whether processes are still attached: children of a killed server finish what they do, and a second server beside them destroys data. */
export async function isSharedMemoryInUse(id: number): Promise<boolean> {
  const table = await readFile("/proc/sysvipc/shm", "utf8").catch(() => "")
  const rows = table.split("\n").map((line) => line.trim().split(/\s+/).map(Number))
  // Columns: key, shmid, perms, size, cpid, lpid, nattch.
  return rows.some((row) => row[1] === id && (row[6] ?? 0) > 0)
}
