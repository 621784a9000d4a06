/** @file What tests of the platform stand on: a fresh database with a workspace, a data folder, a quiet log. */
import { randomBytes } from "node:crypto"
import { rmSync } from "node:fs"
import { chmod, mkdtemp } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestContext } from "node:test"

import type { Client } from "pg"

import { type Clock, systemClock } from "../src/base/clock.ts"
import { newIdentifier } from "../src/base/identifiers.ts"
import { defaultLimits } from "../src/base/limits.ts"
import { createLog } from "../src/base/log.ts"
import { connectClient } from "../src/store/connect.ts"
import { openStore, type Store, type StoreOptions } from "../src/store/database.ts"
import { withParts } from "../src/store/database-url.ts"
import { ensureDatabase } from "../src/store/roles.ts"
import { testServer } from "./test-server.ts"

export const silentLog = createLog({ level: "silent", destination: process.stderr })

export type TestDatabase = {
  readonly name: string
  readonly appUrl: string
  readonly ownerUrl: string
  readonly superuserUrl: string
}

export type TestStore = TestDatabase & {
  readonly store: Store
  /** A workspace that was made for this test, named "test". */
  readonly workspaceId: string
  /** A connection as quernstone_owner: row-level security binds it as well. */
  readonly ownerClient: Client
  /** Another process's store on the same database; closed with the test. */
  readonly openAnother: (options?: Partial<StoreOptions>) => Promise<Store>
}

/** A clone of the migrated template (about 0.1 s), dropped with the test. */
export async function testDatabase(t: TestContext): Promise<TestDatabase> {
  const database = await cloneTemplate()
  t.after(() => dropDatabase(database))
  return database
}

/** A store on a database of its own, closed and dropped with the test. */
export async function testStore(t: TestContext, clock: Clock = systemClock): Promise<TestStore> {
  const database = await cloneTemplate()
  const opened: { close(): Promise<void> }[] = []
  // One hook, so that all is closed before the database is dropped.
  t.after(async () => {
    for (const thing of opened.reverse()) await thing.close()
    await dropDatabase(database)
  })
  const openAnother = async (options: Partial<StoreOptions> = {}) => {
    const source = { kind: "url", appUrl: database.appUrl } as const
    const store = await openStore({ source, limits: defaultLimits, log: silentLog, clock, ...options })
    opened.push(store)
    return store
  }
  const store = await openAnother()
  const ownerClient = await connectClient(database.ownerUrl, { name: "test owner" })
  opened.push({ close: () => ownerClient.end() })
  return { ...database, store, workspaceId: await addWorkspace(store, clock), ownerClient, openAnother }
}

/** Makes one more workspace; returns its id. */
export async function addWorkspace(store: Store, clock: Clock = systemClock): Promise<string> {
  const workspaceId = newIdentifier(clock)
  await store.inWorkspace(workspaceId, (transaction) =>
    transaction.insertInto("workspace").values({ workspace_id: workspaceId, name: "test" }).execute(),
  )
  return workspaceId
}

/**
 * An empty folder that PostgreSQL's user can reach when the tests run as root. It is removed when the process of the
 * test file ends: hooks of a test run in the order in which they were made, so that a hook would remove it under the
 * feet of what the test opened in it later.
 */
export async function temporaryDataFolder(_t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "quernstone-data-"))
  await chmod(folder, 0o711)
  if (temporaryFolders.length === 0)
    process.once("exit", () => {
      for (const each of temporaryFolders) rmSync(each, { recursive: true, force: true })
    })
  temporaryFolders.push(folder)
  return folder
}

const temporaryFolders: string[] = []

export async function cloneTemplate(): Promise<TestDatabase> {
  const { superuserUrl, ownerUrl, appUrl, template } = testServer()
  const name = `test_${randomBytes(6).toString("hex")}`
  await asSuperuser(async (client) => {
    await client.query(`create database ${name} template ${template} owner quernstone_owner`)
    // A clone has the tables of its template, but not the rights on the database itself.
    await ensureDatabase(client, name)
  })
  return {
    name,
    appUrl: withParts(appUrl, { database: name }),
    ownerUrl: withParts(ownerUrl, { database: name }),
    superuserUrl: withParts(superuserUrl, { database: name }),
  }
}

export function dropDatabase({ name }: TestDatabase): Promise<void> {
  return asSuperuser(async (client) => {
    await client.query(`drop database if exists ${name} with (force)`)
  })
}

async function asSuperuser(work: (client: Client) => Promise<void>): Promise<void> {
  const client = await connectClient(testServer().superuserUrl, { name: "test" })
  await work(client).finally(() => client.end())
}
