/** @file The processes of one server, as /proc shows them: the children of its jobs and its PostgreSQL. */
import { readdir, readFile, readlink } from "node:fs/promises"
import { join } from "node:path"

import { readPostmasterFile } from "../../src/store/postmaster.ts"

const childEntry = join("dist", "src", "jobs", "child.js")

/** Process numbers of the jobs' children whose parent is this server. */
export async function findJobChildren(serverPid: number): Promise<number[]> {
  const children = await findProcesses((words) => words.some((word) => word.endsWith(childEntry)))
  const found: number[] = []
  for (const pid of children) if ((await parentOf(pid)) === serverPid) found.push(pid)
  return found
}

/** Jobs' children that work inside this data folder, whoever is their parent. */
export async function findChildrenInside(dataFolder: string): Promise<number[]> {
  const children = await findProcesses((words) => words.some((word) => word.endsWith(childEntry)))
  const found: number[] = []
  for (const pid of children) {
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => "")
    if (folder.startsWith(dataFolder)) found.push(pid)
  }
  return found
}

/** The first process of the folder's PostgreSQL by its own file; null when there is no file. */
export async function findPostmaster(dataFolder: string): Promise<number | null> {
  const file = await readPostmasterFile(await databaseFolder(dataFolder))
  return file?.pid ?? null
}

/** Where PostgreSQL's files are: in the data folder, or where `pg-location` says when its user could not reach that. */
async function databaseFolder(dataFolder: string): Promise<string> {
  const elsewhere = await readFile(join(dataFolder, "pg-location"), "utf8").catch(() => null)
  return join(elsewhere?.trim() ?? join(dataFolder, "pg"), "data")
}

async function findProcesses(isWanted: (words: readonly string[]) => boolean): Promise<number[]> {
  const found: number[] = []
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue
    const line = await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "")
    if (isWanted(line.split("\0"))) found.push(Number(name))
  }
  return found
}

async function parentOf(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "")
  const [, parent] = /^PPid:\s+(\d+)$/m.exec(status) ?? []
  return parent === undefined ? null : Number(parent)
}
