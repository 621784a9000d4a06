/** @file `quernstone work` and `quernstone migrate` on an outside database. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { testDatabase } from "../database.ts"
import { addDataset, serverForTest } from "../server.ts"
import { commandLine, exitOf, lineOf, start } from "./run-cli.ts"

test("work takes the jobs of a server that runs none itself, and SIGTERM ends it in order", async (t) => {
  const { client, databaseUrl, dataFolder } = await serverForTest(t, {
    environment: { QUERNSTONE_WORKERS: "0" },
  })
  const environment = { DATABASE_URL: databaseUrl, QUERNSTONE_DATA: dataFolder }
  const worker = start(["work", "--json", "--workers", "1", "--log-level", "silent"], { environment })
  t.after(() => worker.kill("SIGKILL"))
  const first = JSON.parse(await lineOf(worker, () => true))
  assert.deepEqual(first, { ready: true, workers: 1, pid: worker.pid })
  const result = await addDataset(client, "d", "x,y\n1,2\n3,4\n")
  assert.equal(result.rowCount, 2)
  worker.kill("SIGTERM")
  assert.equal(await exitOf(worker), 0)
})

test("migrate prints the SQL, finds a current database current, and asks for the owner where it is missing", async (t) => {
  const { appUrl, ownerUrl } = await testDatabase(t)
  const quernstone = await commandLine(t, { DATABASE_URL: appUrl })
  const printed = await quernstone(["migrate", "--print"])
  assert.equal(printed.status, 0, printed.stderr)
  assert.match(printed.stdout, /create table/i)
  const current = await quernstone(["migrate", "--json"], { environment: { DATABASE_OWNER_URL: ownerUrl } })
  assert.deepEqual(
    [current.status, JSON.parse(current.stdout)],
    [0, { applied: [], sql: null }],
    current.stderr,
  )
  const ownerless = await quernstone(["migrate", "--json"])
  assert.equal(ownerless.status, 1)
  assert.equal(JSON.parse(ownerless.stdout).error.code, "OWNER_URL_MISSING")
})
