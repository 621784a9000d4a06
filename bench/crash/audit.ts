/** @file What is left after the deaths, through the doors and from the blob folder: anything lost, doubled, unfinished or damaged. */
import { createHash } from "node:crypto"
import { readdir } from "node:fs/promises"
import { join } from "node:path"

import type { Client, Job } from "../../client/src/index.ts"
import { openFolderBlobs } from "../../src/store/blobs.ts"
import { findChildrenInside } from "./processes.ts"
import type { Acknowledged, Notebook } from "./writers.ts"

/** Each finding is a sentence; empty lists are what is wanted. */
export type Audit = {
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  /** Jobs that failed, though nothing was wrong with what they were given. */
  readonly failed: readonly string[]
  readonly damaged: readonly string[]
  readonly leftOver: readonly string[]
  readonly blobsChecked: number
}

const pollMs = 250

/** Waits until every job has ended. Throws when some do not within `waitMsMax`. */
export async function untilJobsEnd(client: Client, waitMsMax: number): Promise<readonly Job[]> {
  const deadlineMs = performance.now() + waitMsMax
  for (;;) {
    const jobs = await allPages((cursor) => client.listJobs({ query: { cursor } }))
    const open = jobs.filter(({ finishedAt }) => finishedAt === null)
    if (open.length === 0) return jobs
    if (performance.now() > deadlineMs) throw new Error(`jobs that never end: ${JSON.stringify(open)}`)
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

export async function audit(options: {
  readonly client: Client
  readonly jobs: readonly Job[]
  readonly notebook: Notebook
  readonly dataFolder: string
}): Promise<Audit> {
  const { client, jobs, notebook, dataFolder } = options
  const { acknowledged } = notebook
  const found = { lost: [] as string[], doubled: [...notebook.doubledAnswers], damaged: [] as string[] }
  const byId = new Map(jobs.map((job) => [job.id, job]))
  for (const { jobId, kind } of acknowledged) if (!byId.has(jobId)) found.lost.push(`${kind} job ${jobId}`)
  const known = new Set(acknowledged.map(({ jobId }) => jobId))
  for (const { id, kind } of jobs)
    if (!known.has(id)) found.doubled.push(`${kind} job ${id} that nobody was told of`)
  const failed = jobs
    .filter(({ state }) => state !== "succeeded")
    .map(({ id, error }) => `${id}: ${JSON.stringify(error)}`)
  let blobsChecked = 0
  for (const name of new Set(acknowledged.map((write) => write.name))) {
    const own = acknowledged.filter((write) => write.name === name)
    blobsChecked += await auditDatasets({ client, name, own, byId, dataFolder }, found)
    blobsChecked += await auditModels({ client, name, own, byId, dataFolder }, found)
  }
  await auditEndpoints(client, notebook, found.lost)
  return { ...found, failed, leftOver: await leftOver(dataFolder), blobsChecked }
}

type Findings = { readonly lost: string[]; readonly doubled: string[]; readonly damaged: string[] }
type Scope = {
  readonly client: Client
  readonly name: string
  readonly own: readonly Acknowledged[]
  readonly byId: ReadonlyMap<string, Job>
  readonly dataFolder: string
}

/** Versions are as many as imports that succeeded, since every file was another; each has the rows that were sent. */
async function auditDatasets(scope: Scope, found: Findings): Promise<number> {
  const { client, name, own, dataFolder } = scope
  const versions = await allPages((cursor) => client.listDatasetVersions({ name, query: { cursor } }))
  const rowCounts = versions.map(({ rowCount }) => rowCount)
  const digests = versions.map(({ contentDigest }) => contentDigest)
  if (new Set(digests).size < digests.length) found.doubled.push(`dataset ${name}: versions of equal content`)
  for (const { jobId, rowCount } of own.filter(({ kind }) => kind === "import")) {
    const told = versionTold(scope, jobId)
    if (told === null) continue
    const version = versions.find((each) => each.version === told)
    if (version?.rowCount !== rowCount)
      found.lost.push(`dataset ${name} version ${told} with ${rowCount} rows`)
  }
  if (new Set(rowCounts).size < rowCounts.length)
    found.doubled.push(`dataset ${name}: ${rowCounts.join(", ")} rows`)
  const blobs = await openFolderBlobs(join(dataFolder, "blobs"))
  for (const { version, fileDigest } of versions) {
    const digest = await digestOf(blobs.read(fileDigest))
    if (digest !== fileDigest) found.damaged.push(`dataset ${name} version ${version}: ${digest}`)
  }
  return versions.length
}

async function auditModels(scope: Scope, found: Findings): Promise<number> {
  const { client, name, own } = scope
  const trainings = own.filter(({ kind }) => kind === "train")
  if (trainings.length === 0) return 0
  const versions = await allPages((cursor) => client.listModelVersions({ name, query: { cursor } }))
  const told = trainings.map(({ jobId }) => versionTold(scope, jobId)).filter((version) => version !== null)
  for (const version of told)
    if (!versions.some((each) => each.version === version))
      found.lost.push(`model ${name} version ${version}`)
  if (versions.length > new Set(told).size)
    found.doubled.push(`model ${name}: ${versions.length} versions of ${told.length} trainings`)
  for (const { version, fileDigest } of versions) {
    const digest = await digestOf(client.getModelFile({ name, version }))
    if (digest !== fileDigest) found.damaged.push(`model ${name} version ${version}: ${digest}`)
  }
  return versions.length
}

/** The newest deployment that was acknowledged is the one that answers. */
async function auditEndpoints(client: Client, { deployed }: Notebook, lost: string[]): Promise<void> {
  const newest = new Map(deployed.map((deployment) => [deployment.name, deployment]))
  for (const { name, version, row } of newest.values()) {
    const answer = await client.predict({ name, body: { rows: [row] } })
    if (answer.version !== version) lost.push(`endpoint ${name} serves ${answer.version}, not ${version}`)
  }
}

/** Of a job that succeeded; what else became of it is told elsewhere. */
function versionTold({ byId }: Scope, jobId: string): number | null {
  const version = byId.get(jobId)?.result?.version
  return typeof version === "number" ? version : null
}

/** Folders and processes of attempts that nobody runs any more. */
async function leftOver(dataFolder: string): Promise<string[]> {
  const folders = await readdir(join(dataFolder, "jobs")).catch(() => [])
  const processes = await findChildrenInside(dataFolder)
  return [...folders.map((name) => `folder jobs/${name}`), ...processes.map((pid) => `process ${pid}`)]
}

async function digestOf(opening: Promise<AsyncIterable<Uint8Array>>): Promise<string> {
  const hash = createHash("sha256")
  try {
    for await (const bytes of await opening) hash.update(bytes)
    return hash.digest("hex")
  } catch (error) {
    return String(error)
  }
}

async function allPages<Item>(
  page: (
    cursor: string | undefined,
  ) => Promise<{ readonly items: readonly Item[]; readonly nextCursor: string | null }>,
): Promise<Item[]> {
  const items: Item[] = []
  for (let cursor: string | undefined; ; ) {
    const { items: more, nextCursor } = await page(cursor)
    items.push(...more)
    if (nextCursor === null) return items
    cursor = nextCursor
  }
}
