/** @file Before all tests: one PostgreSQL for the whole run, with a migrated template database that each test clones. */
import { randomBytes } from "node:crypto"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { systemClock } from "../src/base/clock.ts"
import { createLog } from "../src/base/log.ts"
import { type Cluster, startCluster } from "../src/store/cluster.ts"
import { connectClient } from "../src/store/connect.ts"
import { withParts } from "../src/store/database-url.ts"
import { migrate } from "../src/store/migrate.ts"
import { ensureDatabase, ensureRoles, ensureSchemas } from "../src/store/roles.ts"
import { type TestServer, testServerVariable } from "./test-server.ts"

/** The address of a server to test on instead: `postgresql://superuser:password@host/postgres`. Its roles get new passwords. */
const outsideServerVariable = "TEST_DATABASE_SUPERUSER_URL"

const log = createLog({ level: "warn", destination: process.stderr })
let teardown = async () => {}

export async function globalSetup(): Promise<void> {
  const outside = process.env[outsideServerVariable]
  const superuserUrl = outside ?? (await startEmbedded())
  const server = await prepareServer(superuserUrl)
  process.env[testServerVariable] = JSON.stringify(server)
}

export async function globalTeardown(): Promise<void> {
  await teardown()
}

async function startEmbedded(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "quernstone-test-"))
  // As root the parent must let PostgreSQL's user through.
  await chmod(parent, 0o711)
  const cluster: Cluster = await startCluster({
    dataFolder: join(parent, "data"),
    pgUid: null,
    log,
    clock: systemClock,
    // What these tests kill is the process, never the machine.
    settings: { fsync: "off", max_connections: "200" },
  })
  teardown = async () => {
    await cluster.stop()
    await rm(parent, { recursive: true, force: true })
  }
  return cluster.superuserUrl
}

async function prepareServer(superuserUrl: string): Promise<TestServer> {
  const passwords = { owner: randomBytes(12).toString("hex"), app: randomBytes(12).toString("hex") }
  const template = `quernstone_template_${process.pid}`
  const client = await connectClient(superuserUrl, { name: "test set-up" })
  try {
    await ensureRoles(client, passwords)
    await client.query(`alter role quernstone_owner password '${passwords.owner}'`)
    await client.query(`alter role quernstone_app password '${passwords.app}'`)
    await ensureDatabase(client, template)
  } finally {
    await client.end()
  }
  const inside = await connectClient(withParts(superuserUrl, { database: template }), { name: "test set-up" })
  await ensureSchemas(inside).finally(() => inside.end())
  const as = (user: string, password: string) =>
    withParts(superuserUrl, { user, password, database: template })
  const server = {
    superuserUrl,
    ownerUrl: as("quernstone_owner", passwords.owner),
    appUrl: as("quernstone_app", passwords.app),
    template,
  }
  await migrate({ ownerUrl: server.ownerUrl, log })
  const stop = teardown
  teardown = async () => {
    const last = await connectClient(superuserUrl, { name: "test clean-up" })
    await last.query(`drop database ${template} with (force)`).finally(() => last.end())
    await stop()
  }
  return server
}
