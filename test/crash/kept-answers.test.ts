/** @file A write and its answer under an idempotency key are one transaction: no death can fall between the two. */
import assert from "node:assert/strict"
import { test } from "node:test"

import type { Client } from "../../client/src/index.ts"
import { connectClient } from "../../src/store/connect.ts"
import { withParts } from "../../src/store/database-url.ts"
import { addDataset, serverForTest } from "../server.ts"
import { testServer } from "../test-server.ts"

/** Lets every keeping of an answer fail: what a death at that moment would leave is what such a call leaves. */
const refuseAnswers = `
  create function refuse() returns trigger language plpgsql as $$ begin raise 'no answer is kept'; end $$;
  create trigger refuse before update on quernstone.idempotency_key for each row execute function refuse()`

test("where the answer cannot be kept, no job is queued and no key is made", async (t) => {
  const { client, databaseUrl } = await serverForTest(t)
  await addDataset(client, "weather", csvOf(40))
  const countAll = async () => [
    (await client.listJobs({ query: {} })).items.length,
    (await client.listKeys({ query: {} })).items.length,
  ]
  const before = await countAll()
  await asSuperuser(databaseUrl, refuseAnswers)
  for (const write of writes) await assert.rejects(write(client), { status: 500 })
  assert.deepEqual(await countAll(), before)
  await asSuperuser(databaseUrl, "drop trigger refuse on quernstone.idempotency_key")
  for (const write of writes) await write(client)
  const [jobs = 0, keys = 0] = before
  assert.deepEqual(await countAll(), [jobs + 2, keys + 1])
})

/** Each under one key, however often it is sent. */
const writes: readonly ((client: Client) => Promise<unknown>)[] = [
  (client) =>
    client.addDatasetVersion({ name: "weather", body: encode(csvOf(41)), idempotencyKey: "upload" }),
  (client) =>
    client.startTraining({ body: { dataset: "weather", target: "rain" }, idempotencyKey: "training" }),
  (client) => client.createKey({ body: { name: "robot", scopes: ["read"] }, idempotencyKey: "key" }),
]

function csvOf(rowCount: number): string {
  const rows = Array.from({ length: rowCount }, (_, row) => `${row % 13},${row % 2 === 0 ? "yes" : "no"}`)
  return `wind,rain\n${rows.join("\n")}\n`
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

async function asSuperuser(databaseUrl: string, statements: string): Promise<void> {
  const database = new URL(databaseUrl).pathname.slice(1)
  const superuser = await connectClient(withParts(testServer().superuserUrl, { database }), { name: "test" })
  await superuser.query(statements).finally(() => superuser.end())
}
