/** @file Uploads through the door: compressed, broken off, at the same time, refused. */
import assert from "node:assert/strict"
import { readdir } from "node:fs/promises"
import { connect } from "node:net"
import { join } from "node:path"
import { test } from "node:test"
import { gzipSync } from "node:zlib"
import { createClient } from "../../client/src/index.ts"
import { codeOf, smallCsv } from "../doors/harness.ts"
import { addDataset, finishedJob, type ServerForTest, serverForTest } from "../server.ts"

test("uploads", async (t) => {
  const server = await serverForTest(t, {
    environment: { QUERNSTONE_WORKERS: "2", QUERNSTONE_LIMIT_UPLOAD_BYTES_MAX: "200000" },
  })
  const { client } = server

  await t.test("a gzip file is the same dataset version as the plain one", async () => {
    await addDataset(client, "packed", smallCsv())
    const again = await addDataset(client, "packed", new Uint8Array(gzipSync(smallCsv())))
    assert.deepEqual([again.version, again.isNew], [1, false])
  })

  await t.test("what came is told: names, types, rows, the file's own name and dialect", async () => {
    const csv = "名称;preis;wann\nä;1,5;2026-01-02\nö;2,25;2026-01-03\n"
    const { id } = await client.addDatasetVersion({
      name: "价格",
      query: { filename: "价格 1.csv", delimiter: ";", decimal: "," },
      body: new TextEncoder().encode(csv),
    })
    await finishedJob(client, id)
    const version = await client.getDatasetVersion({ name: "价格", version: "latest" })
    assert.deepEqual(
      version.schema.map(({ name, type }) => [name, type]),
      [
        ["名称", "text"],
        ["preis", "number"],
        ["wann", "date"],
      ],
    )
    assert.equal(version.source.filename, "价格 1.csv")
    assert.equal(version.rowCount, 2)
    assert.match(version.contentDigest, /^[0-9a-f]{64}$/)
  })

  await t.test(
    "rows that are bad are listed while they are few, and refuse the upload when they are many",
    async () => {
      const rows = Array.from({ length: 400 }, (_, row) => `${row},${row * 2}`)
      const few = ["a,b", ...rows, "1,2,3"].join("\n")
      await addDataset(client, "few", few)
      const { rejectedCount, rejectedRows, rowCount } = await client.getDatasetVersion({
        name: "few",
        version: 1,
      })
      assert.deepEqual([rowCount, rejectedCount, rejectedRows[0]?.line], [400, 1, 402])
      const many = ["a,b", ...rows.slice(0, 20), ...Array.from({ length: 20 }, () => "1,2,3")].join("\n")
      const { id } = await client.addDatasetVersion({ name: "many", body: new TextEncoder().encode(many) })
      await assert.rejects(finishedJob(client, id))
      assert.equal((await client.getJob({ id })).state, "failed")
      await assert.rejects(client.getDataset({ name: "many" }), { code: "DATASET_NOT_FOUND" })
    },
  )

  await t.test("what was noticed is told in the reader's language", async () => {
    const rows = Array.from({ length: 400 }, (_, row) => `0${row},${row}`)
    await addDataset(client, "noticed", ["zip,b", ...rows, "1,2,3"].join("\n"))
    const read = async (language: "en" | "zh") => {
      const reader = createClient({ url: server.url, key: server.adminKey, language })
      const { warnings, rejectedRows } = await reader.getDatasetVersion({ name: "noticed", version: 1 })
      return [...warnings, rejectedRows[0]?.reason]
    }
    assert.deepEqual(await read("en"), [
      'Column "zip" has codes with leading zeros, so it is read as text.',
      "number of cells: 3 instead of 2",
    ])
    assert.deepEqual(await read("zh"), [
      "列“zip”含有以零开头的编码，因此按文本读取。",
      "单元格数为 3，应为 2",
    ])
  })

  await t.test("two at once to one dataset number their versions one after the other", async () => {
    const files = [smallCsv(70), smallCsv(80)].map((csv) => new TextEncoder().encode(csv))
    const jobs = await Promise.all(files.map((body) => client.addDatasetVersion({ name: "race", body })))
    const results = await Promise.all(jobs.map(({ id }) => finishedJob(client, id)))
    assert.deepEqual(results.map(({ version }) => version).sort(), [1, 2])
    assert.equal((await client.getDataset({ name: "race" })).latestVersion, 2)
  })

  await t.test("an upload beyond the limit is refused, plain or by what it unpacks to", async () => {
    const large = `x\n${"1\n".repeat(150_000)}`
    const plain = await server.request("/api/v1/datasets/large/versions", { method: "POST", body: large })
    assert.deepEqual([plain.status, await codeOf(plain)], [413, "BLOB_TOO_LARGE"])
    const body = new Uint8Array(gzipSync(large))
    const { id } = await client.addDatasetVersion({ name: "large", body })
    await assert.rejects(finishedJob(client, id), /TOO_LARGE|RATIO/)
    await assert.rejects(client.getDataset({ name: "large" }), { code: "DATASET_NOT_FOUND" })
  })

  await t.test("an upload that breaks off half way leaves nothing, and the server well", async () => {
    const before = await blobsOf(server)
    const jobsBefore = (await client.listJobs()).items.length
    await brokenUpload(server)
    // The same connection count is gone when a later upload has been answered and nothing is left in the making.
    await addDataset(client, "after", smallCsv(61))
    assert.deepEqual(await readdir(join(server.dataFolder, "blobs", "incoming")), [])
    assert.equal((await client.listJobs()).items.length, jobsBefore + 1)
    assert.ok((await blobsOf(server)).length <= before.length + 2, "the upload and its Parquet file")
    await assert.rejects(client.getDataset({ name: "broken" }), { code: "DATASET_NOT_FOUND" })
  })
})

async function blobsOf({ dataFolder }: ServerForTest): Promise<string[]> {
  const entries = await readdir(join(dataFolder, "blobs"), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}

/** Announces 100,000 bytes, sends some until they have arrived, and hangs up. */
function brokenUpload({ url, adminKey, dataFolder }: ServerForTest): Promise<void> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      socket.write(
        `POST /api/v1/datasets/broken/versions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${adminKey}\r\nContent-Length: 100000\r\n\r\nx,y\n${"1,2\n".repeat(2_000)}`,
      )
      untilIncoming(dataFolder).then(() => socket.destroy(), reject)
    })
    socket.on("error", reject)
    socket.on("close", () => resolve())
  })
}

async function untilIncoming(dataFolder: string): Promise<void> {
  while ((await readdir(join(dataFolder, "blobs", "incoming"))).length === 0)
    await new Promise((resolve) => setImmediate(resolve))
}
