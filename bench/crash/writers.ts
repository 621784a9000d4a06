/** @file Clients that write while processes die: each sends a write under one key until it is answered, and remembers the answer. */
import { randomUUID } from "node:crypto"

import { type Client, type Job, QuernstoneError } from "../../client/src/index.ts"
import { randomBelow, streamKey } from "../../src/evaluate/random.ts"
import type { SupervisedServer } from "./supervised-server.ts"

/** A write that was answered with 2xx; from then on it may not be lost. */
export type Acknowledged = {
  readonly kind: "import" | "train"
  readonly name: string
  readonly jobId: string
  /** Rows of the file that was uploaded. */
  readonly rowCount: number
}

export type Deployed = {
  readonly name: string
  readonly version: number
  readonly row: Readonly<Record<string, number>>
}

/** What the writers saw: acknowledged writes, and answers that nothing explains. */
export type Notebook = {
  readonly acknowledged: Acknowledged[]
  readonly deployed: Deployed[]
  readonly surprises: string[]
  /** Sent again under the same key after it was answered, and answered with another job. */
  readonly doubledAnswers: string[]
  /** Tries beyond the first, because a process died. */
  retries: number
}

export function newNotebook(): Notebook {
  return { acknowledged: [], deployed: [], surprises: [], doubledAnswers: [], retries: 0 }
}

const callMsMax = 60_000
const retryPauseMs = 150
const pollMs = 200
const baseRows = 80

/** Uploads, trains and deploys in turn until it is told to stop; then finishes what it has begun. */
export async function write(options: {
  readonly server: SupervisedServer
  readonly name: string
  readonly seed: number
  readonly notebook: Notebook
  readonly signal: AbortSignal
}): Promise<void> {
  const { server, name, seed, notebook, signal } = options
  for (let round = 0; !signal.aborted; round++) {
    const rowCount = baseRows + round
    const csv = csvOf(rowCount, seed)
    const upload = (client: Client, key: string) =>
      client.addDatasetVersion({
        name,
        body: csv,
        idempotencyKey: key,
        signal: AbortSignal.timeout(callMsMax),
      })
    const imported = await acknowledge(server, notebook, upload)
    notebook.acknowledged.push({ kind: "import", name, jobId: imported.id, rowCount })
    const datasetVersion = versionOf(await ended(server, notebook, imported.id))
    if (datasetVersion === null) continue
    const train = (client: Client, key: string) =>
      client.startTraining({
        body: { dataset: name, datasetVersion, target: "late", model: name },
        idempotencyKey: key,
        signal: AbortSignal.timeout(callMsMax),
      })
    const training = await acknowledge(server, notebook, train)
    notebook.acknowledged.push({ kind: "train", name, jobId: training.id, rowCount })
    const version = versionOf(await ended(server, notebook, training.id))
    if (version === null) continue
    await untilAnswered(server, notebook, randomUUID(), (client, idempotencyKey) =>
      client.deploy({
        name,
        body: { model: name, version },
        idempotencyKey,
        signal: AbortSignal.timeout(callMsMax),
      }),
    )
    notebook.deployed.push({ name, version, row: { distance: 5, rain: 1 } })
  }
}

/** Waits for the job's end through all deaths; what it answers is checked by the audit. */
async function ended(server: SupervisedServer, notebook: Notebook, id: string): Promise<Job | null> {
  for (;;) {
    const job = await untilAnswered(server, notebook, "", async (client) =>
      client.getJob({ id, signal: AbortSignal.timeout(callMsMax) }).catch((error: unknown) => {
        // The audit counts it as lost.
        if (error instanceof QuernstoneError && error.code === "JOB_NOT_FOUND") return null
        throw error
      }),
    )
    if (job === null || job.finishedAt !== null) return job
    await pause(pollMs)
  }
}

function versionOf(job: Job | null): number | null {
  const version = job?.state === "succeeded" ? job.result?.version : undefined
  return typeof version === "number" ? version : null
}

/** Sends a write until it is answered, and once more under the same key: the answer has to be the same job. */
async function acknowledge(
  server: SupervisedServer,
  notebook: Notebook,
  send: (client: Client, key: string) => Promise<Job>,
): Promise<Job> {
  const key = randomUUID()
  const job = await untilAnswered(server, notebook, key, send)
  const again = await untilAnswered(server, notebook, key, send)
  if (again.id !== job.id) notebook.doubledAnswers.push(`${job.id} and ${again.id} under one key`)
  return job
}

async function untilAnswered<Answer>(
  server: SupervisedServer,
  notebook: Notebook,
  key: string,
  send: (client: Client, key: string) => Promise<Answer>,
): Promise<Answer> {
  for (;;) {
    const client = await server.client()
    try {
      return await send(client, key)
    } catch (error) {
      const reason = surpriseOf(error)
      if (reason !== null && !notebook.surprises.includes(reason)) notebook.surprises.push(reason)
      notebook.retries += 1
      await pause(retryPauseMs)
    }
  }
}

/** Null for what a client must expect of a server that dies: no answer, a 503, or that its first try still runs. */
function surpriseOf(error: unknown): string | null {
  if (!(error instanceof QuernstoneError)) return String(error)
  if (error.code === "UNREACHABLE" || error.status === 503) return null
  return error.code === "IDEMPOTENCY_KEY_RUNNING" ? null : `${error.status} ${error.code}: ${error.message}`
}

/** No two files of one writer have equal content, since each has a row more. */
function csvOf(rowCount: number, seed: number): Uint8Array<ArrayBuffer> {
  const key = streamKey({ seed, stream: rowCount })
  const lines = ["distance,rain,late"]
  for (let row = 0; row < rowCount; row++) {
    const distance = randomBelow(key, 2 * row, 1_000) / 100
    const rain = randomBelow(key, 2 * row + 1, 50)
    lines.push(`${distance},${rain},${distance + rain / 10 > 7 ? "yes" : "no"}`)
  }
  return new TextEncoder().encode(`${lines.join("\n")}\n`)
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs))
}
