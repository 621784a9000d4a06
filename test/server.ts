/** @file A whole real server for tests: its own database, data folder and port, closed with the test. */
import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import type { TestContext } from "node:test"
import { fileURLToPath } from "node:url"

import { type Client, createClient, type TrainingRequest } from "../client/src/index.ts"
import { readConfiguration, type SettingName } from "../src/base/config.ts"
import { startServer } from "../src/main.ts"
import { cloneTemplate, dropDatabase, silentLog, temporaryDataFolder } from "./database.ts"

export type ServerForTest = {
  readonly url: string
  readonly adminKey: string
  /** As admin. */
  readonly client: Client
  readonly dataFolder: string
  readonly databaseUrl: string
  /** With the admin key, unless the headers say otherwise. */
  readonly request: (path: string, init?: RequestInit) => Promise<Response>
  readonly close: () => Promise<void>
}

type Options = {
  readonly environment?: Readonly<Record<string, string>>
  readonly flags?: Partial<Record<SettingName, string | boolean>>
}

export async function serverForTest(
  t: TestContext,
  { environment = {}, flags = {} }: Options = {},
): Promise<ServerForTest> {
  const database = await cloneTemplate()
  const dataFolder = await temporaryDataFolder(t)
  const { configuration } = readConfiguration({
    environment: {
      DATABASE_URL: database.appUrl,
      QUERNSTONE_DATA: dataFolder,
      QUERNSTONE_PORT: "0",
      QUERNSTONE_LIMIT_DRAIN_MS_MAX: "2000",
      // One small network of few epochs stands for the search, unless a test is about it.
      QUERNSTONE_LIMIT_NETWORK_SEARCH_OPERATIONS_MAX: "1",
      ...environment,
    },
    flags,
    isRoot: false,
  })
  const server = await startServer(configuration, { log: silentLog })
  t.after(async () => {
    await server.close()
    await dropDatabase(database)
  })
  const adminKey = server.adminKey?.key ?? ""
  const request = (path: string, init: RequestInit = {}) =>
    fetch(`${server.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${adminKey}`, ...headersOf(init) },
    })
  const client = createClient({ url: server.url, key: adminKey })
  return {
    url: server.url,
    adminKey,
    client,
    dataFolder,
    databaseUrl: database.appUrl,
    request,
    close: server.close,
  }
}

/** Adds a CSV as a dataset and waits for its version; returns the job's result. */
export async function addDataset(
  client: Client,
  name: string,
  csv: string | Uint8Array<ArrayBuffer>,
): Promise<Record<string, unknown>> {
  const body = typeof csv === "string" ? new TextEncoder().encode(csv) : csv
  const job = await client.addDatasetVersion({ name, body })
  return finishedJob(client, job.id)
}

/** Trains and deploys a model of the dataset under its own name; a linear one, which can be explained and takes little time. */
export async function trainAndDeploy(
  client: Client,
  dataset: string,
  target: string,
  learner: NonNullable<TrainingRequest["learner"]> = "linear",
): Promise<void> {
  const job = await client.startTraining({ body: { dataset, target, learner } })
  await finishedJob(client, job.id)
  await client.deploy({ name: dataset, body: { model: dataset } })
}

export async function finishedJob(client: Client, id: string): Promise<Record<string, unknown>> {
  for await (const job of client.watchJob({ id })) {
    if (job.state === "succeeded") return job.result ?? {}
    assert.ok(job.state === "queued" || job.state === "running", JSON.stringify(job.error))
  }
  return assert.fail("the job's events ended before the job did")
}

export async function exampleFile(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(
    await readFile(fileURLToPath(new URL(`../../examples/data/${name}`, import.meta.url))),
  )
}

function headersOf(init: RequestInit): Record<string, string> {
  return Object.fromEntries(new Headers(init.headers).entries())
}
