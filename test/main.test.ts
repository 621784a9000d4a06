/** @file The composition root: what does not start says why; without keys it warns; TLS; what is left when a start fails. */
import assert from "node:assert/strict"
import { writeFile } from "node:fs/promises"
import { request as httpsRequest } from "node:https"
import { createServer } from "node:net"
import { join } from "node:path"
import { type TestContext, test } from "node:test"

import { readConfiguration, type SettingName } from "../src/base/config.ts"
import { migrateDatabase, startServer, startWorker } from "../src/main.ts"
import { silentLog, temporaryDataFolder, testDatabase } from "./database.ts"
import { makeCertificate } from "./doors/certificate.ts"
import { smallCsv } from "./doors/harness.ts"
import { addDataset, serverForTest } from "./server.ts"

type Flags = Partial<Record<SettingName, string | boolean>>

test("an address that other machines reach is refused with plain HTTP before anything is opened", async (t) => {
  // Where nothing is to be opened there is nothing: a server that got further would fail with another code.
  const environment = {
    DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none",
    QUERNSTONE_DATA: await temporaryDataFolder(t),
  }
  for (const host of ["0.0.0.0", "::", "192.0.2.1"]) {
    const { configuration } = readConfiguration({ environment, flags: { host }, isRoot: false })
    await assert.rejects(startServer(configuration, { log: silentLog }), { code: "PLAIN_HTTP_REFUSED" })
  }
})

test("a server that cannot listen says why and leaves nothing open", async (t) => {
  const { configure } = await outsideDatabase(t)
  const taken = createServer().listen(0, "127.0.0.1")
  t.after(() => taken.close())
  await new Promise((resolve) => taken.once("listening", resolve))
  const address = taken.address()
  assert.ok(typeof address === "object" && address !== null)
  const start = (flags: Flags) => startServer(configure(flags), { log: silentLog })
  await assert.rejects(start({ port: String(address.port) }), { code: "PORT_TAKEN" })
  await assert.rejects(start({ host: "192.0.2.1", insecureHttp: true }), { code: "LISTEN_FAILED" })
  await assert.rejects(start({ tlsCertificate: "/nowhere.pem", tlsKey: "/nowhere.key" }), {
    code: "TLS_UNREADABLE",
  })
  // What a failed start left open would hold the lock of the folder or its pool, and this start would show it.
  const server = await start({})
  await server.close()
})

test("an outside database is migrated only by its owner", async (t) => {
  const { configure, ownerUrl } = await outsideDatabase(t)
  const options = { log: silentLog, print: false }
  await assert.rejects(migrateDatabase(configure({}), options), { code: "OWNER_URL_MISSING" })
  const { applied } = await migrateDatabase(configure({ databaseOwnerUrl: ownerUrl }), options)
  assert.deepEqual(applied, [], "the template has them all")
  const { sql } = await migrateDatabase(configure({}), { ...options, print: true })
  assert.match(sql ?? "", /create table workspace/)
})

test("without authentication every call is answered, and the server says so", async (t) => {
  const { configure } = await outsideDatabase(t)
  const server = await startServer(configure({ authentication: "off" }), { log: silentLog })
  t.after(() => server.close())
  assert.equal(server.adminKey, null)
  assert.deepEqual(server.warnings, ["AUTHENTICATION_OFF"])
  const response = await fetch(`${server.url}/api/v1/server`)
  assert.equal(response.status, 200)
  const state = await response.text()
  assert.match(state, /"authentication":"off"/)
  assert.match(state, /AUTHENTICATION_OFF/)
  const foreign = await fetch(`${server.url}/api/v1/server`, { headers: { origin: "https://evil.example" } })
  assert.equal(foreign.status, 403, "least of all without keys may a page of elsewhere call")
})

test("a server with a certificate speaks TLS, and its keys travel in nothing else", async (t) => {
  const { configure, folder } = await outsideDatabase(t)
  const { certificate, key } = makeCertificate("quernstone test")
  const files = { tlsCertificate: join(folder, "cert.pem"), tlsKey: join(folder, "key.pem") }
  await writeFile(files.tlsCertificate, certificate)
  await writeFile(files.tlsKey, key)
  const server = await startServer(configure({ ...files, host: "0.0.0.0" }), { log: silentLog })
  t.after(() => server.close())
  assert.deepEqual(server.warnings, [])
  assert.match(server.url, /^https:/)
  const { port } = new URL(server.url)
  const status = await new Promise<number>((resolve, reject) => {
    const request = httpsRequest(
      {
        host: "127.0.0.1",
        port,
        path: "/api/v1/server",
        ca: certificate,
        agent: false,
        headers: { authorization: `Bearer ${server.adminKey?.key}` },
      },
      (response) => {
        response.resume()
        response.on("end", () => resolve(response.statusCode ?? 0))
      },
    )
    request.on("error", reject)
    request.end()
  })
  assert.equal(status, 200)
  await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`))
})

test("a worker beside a server that takes no jobs does them", async (t) => {
  const server = await serverForTest(t, { environment: { QUERNSTONE_WORKERS: "0" } })
  const { configuration } = readConfiguration({
    environment: {
      DATABASE_URL: server.databaseUrl,
      QUERNSTONE_DATA: server.dataFolder,
      QUERNSTONE_WORKERS: "1",
    },
    flags: {},
    isRoot: false,
  })
  const worker = await startWorker(configuration, { log: silentLog })
  try {
    assert.equal((await addDataset(server.client, "d", smallCsv())).version, 1)
  } finally {
    await worker.close()
  }
})

async function outsideDatabase(t: TestContext) {
  const folder = await temporaryDataFolder(t)
  const { appUrl, ownerUrl } = await testDatabase(t)
  const configure = (flags: Flags) =>
    readConfiguration({
      environment: { DATABASE_URL: appUrl, QUERNSTONE_DATA: folder, QUERNSTONE_PORT: "0" },
      flags,
      isRoot: false,
    }).configuration
  return { folder, ownerUrl, configure }
}
