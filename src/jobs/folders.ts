/** @file The folders of attempts, DATA/jobs/ID-ATTEMPT: made for one attempt, removed after it, swept when their worker was killed. */
import { mkdir, readdir, rm } from "node:fs/promises"
import { join } from "node:path"

import type { Store } from "../store/index.ts"
import { selectRunningAttempts } from "./sql.ts"

export type Attempt = { readonly jobId: string; readonly attempt: number }

/** Makes an attempt's folder, empty and ours alone, and removes what earlier attempts of the job left: they own it no more. */
export async function makeAttemptFolder(dataFolder: string, own: Attempt): Promise<string> {
  const folder = join(dataFolder, "jobs", nameOf(own))
  for (const left of await listAttempts(dataFolder))
    if (left.jobId === own.jobId && left.attempt <= own.attempt) await removeAttemptFolder(dataFolder, left)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return folder
}

export async function removeAttemptFolder(dataFolder: string, attempt: Attempt): Promise<void> {
  await rm(join(dataFolder, "jobs", nameOf(attempt)), { recursive: true, force: true, maxRetries: 3 })
}

/** Removes the folders of attempts that no process runs; another process of the same data folder may be running the rest. */
export async function sweepAttemptFolders(store: Store, dataFolder: string): Promise<void> {
  const attempts = await listAttempts(dataFolder)
  const running = await store.acrossWorkspaces("job queue", (transaction) =>
    selectRunningAttempts(transaction, [...new Set(attempts.map(({ jobId }) => jobId))]),
  )
  const live = new Set(running.map(({ id, attempt }) => nameOf({ jobId: id, attempt })))
  for (const attempt of attempts)
    if (!live.has(nameOf(attempt))) await removeAttemptFolder(dataFolder, attempt)
}

async function listAttempts(dataFolder: string): Promise<Attempt[]> {
  const names = await readdir(join(dataFolder, "jobs")).catch(() => [])
  return names.flatMap((name) => {
    const [, jobId, attempt] = /^([0-9a-f-]{36})-(\d+)$/.exec(name) ?? []
    return jobId === undefined ? [] : [{ jobId, attempt: Number(attempt) }]
  })
}

function nameOf({ jobId, attempt }: Attempt): string {
  return `${jobId}-${attempt}`
}
