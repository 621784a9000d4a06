/** @file The HTTP server under all doors: foreign names, request ids, unexpected errors, draining, TLS that is renewed. */
import assert from "node:assert/strict"
import { rename, writeFile } from "node:fs/promises"
import type { AddressInfo } from "node:net"
import { connect } from "node:net"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { connect as connectTls } from "node:tls"

import { systemClock } from "../../src/base/clock.ts"
import { defaultLimits, type Limits } from "../../src/base/limits.ts"
import { createLog } from "../../src/base/log.ts"
import { createHttpServer } from "../../src/doors/http/server.ts"
import { readTls, watchTls } from "../../src/doors/http/tls.ts"
import { errorBody } from "../../src/doors/native/schema.ts"
import { openAuthenticator } from "../../src/identity/index.ts"
import { silentLog, temporaryDataFolder } from "../database.ts"
import { serverForTest } from "../server.ts"
import { makeCertificate } from "./certificate.ts"
import { plainRequest } from "./harness.ts"

test("every door of a server on loopback", async (t) => {
  const server = await serverForTest(t)
  const paths = ["/", "/api/v1/server", "/v2/health/live", "/v2", "/metrics", "/healthz", "/readyz", "/none"]
  const authorization = `Bearer ${server.adminKey}`

  await t.test("is closed to a foreign Host and a foreign Origin", async () => {
    for (const path of paths) {
      const url = `${server.url}${path}`
      const rebound = await plainRequest(url, { headers: { host: "evil.example", authorization } })
      assert.equal(rebound.status, 403, path)
      assert.match(rebound.text, path.startsWith("/v2") ? /^\{"error":"[^"]+/ : /"code":"HOST_FOREIGN"/, path)
      const page = await plainRequest(url, { headers: { origin: "https://evil.example", authorization } })
      assert.equal(page.status, 403, path)
      const own = { origin: server.url, authorization }
      assert.notEqual((await plainRequest(url, { headers: own })).status, 403, path)
    }
    const foreign = await plainRequest(`${server.url}/healthz`, { headers: { origin: "null" } })
    assert.match(foreign.text, /"code":"ORIGIN_FOREIGN"/)
  })

  await t.test("carries a request id: the caller's when it is one, else its own", async () => {
    const given = await plainRequest(`${server.url}/healthz`, { headers: { "x-request-id": "trace-1.a_B" } })
    assert.equal(given.headers["x-request-id"], "trace-1.a_B")
    const hostile = await plainRequest(`${server.url}/none`, { headers: { "x-request-id": "<script>" } })
    assert.match(String(hostile.headers["x-request-id"]), /^[0-9a-f-]{36}$/)
    assert.equal(errorBody.parse(JSON.parse(hostile.text)).error.requestId, hostile.headers["x-request-id"])
  })
})

test("an unexpected error is told to the caller without what went wrong, and to the log with it", async (t) => {
  const lines: string[] = []
  const log = createLog({ level: "error", destination: { write: (line) => lines.push(line) } })
  const { app } = await listening(t, { log })
  const { port } = boundTo(app.server.address())
  const { status, text } = await plainRequest(`http://127.0.0.1:${port}/fails`)
  assert.equal(status, 500)
  const { code, requestId } = errorBody.parse(JSON.parse(text)).error
  assert.equal(code, "INTERNAL")
  assert.doesNotMatch(text, /secret|\/home|at /)
  assert.ok(lines.some((line) => line.includes("/home/secret") && line.includes(requestId)))
})

test("a body of another length than it announced is incomplete", async (t) => {
  const { app } = await listening(t)
  const { statusCode, body } = await app.inject({
    method: "POST",
    url: "/echo",
    headers: { "content-length": "100" },
    payload: "short",
  })
  assert.deepEqual([statusCode, errorBody.parse(JSON.parse(body)).error.code], [400, "BODY_INCOMPLETE"])
})

test("a route that does not say who may call it starts no server", async () => {
  const { app } = httpServer()
  app.get("/forgotten", async () => "")
  await assert.rejects(async () => app.ready(), /forgotten/)
})

test("a request that runs while the server drains is answered, and its connection closed", async (t) => {
  const { app, drain } = await listening(t)
  const { port } = boundTo(app.server.address())
  const socket = connect({ host: "127.0.0.1", port })
  t.after(() => socket.destroy())
  socket.setEncoding("utf8")
  let text = ""
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()))
  socket.on("data", (chunk) => {
    text += chunk
  })
  const arrived = new Promise<void>((resolve) => app.server.once("request", () => resolve()))
  socket.write("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234")
  await arrived
  const draining = drain()
  socket.write("56789")
  await closed
  assert.match(text, /^HTTP\/1\.1 200 [\s\S]*connection: close[\s\S]*"0123456789"$/i)
  assert.equal(await draining, 0, "nothing had to be cut off")
  await assert.rejects(plainRequest(`http://127.0.0.1:${port}/healthz`), "nobody listens any more")
})

test("a connection that never ends is cut at the end of the drain, and counted", async (t) => {
  const { app, drain } = await listening(t, { limits: { ...defaultLimits, drainMsMax: 50 } })
  const { port } = boundTo(app.server.address())
  const arrived = new Promise<void>((resolve) => app.server.once("request", () => resolve()))
  const socket = connect({ host: "127.0.0.1", port })
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()))
  socket.on("error", () => undefined)
  socket.write("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n0")
  await arrived
  assert.equal(await drain(), 1)
  await closed
})

test("a renewed certificate is used without a restart, and a broken one leaves the old", async (t) => {
  const folder = await temporaryDataFolder(t)
  const files = { certificate: join(folder, "cert.pem"), key: join(folder, "key.pem") }
  const write = async ({ certificate, key }: { certificate: string; key: string }) => {
    await writeFile(`${files.key}.new`, key)
    await rename(`${files.key}.new`, files.key)
    await writeFile(`${files.certificate}.new`, certificate)
    await rename(`${files.certificate}.new`, files.certificate)
  }
  await write(makeCertificate("first"))
  const http = await listening(t, { tls: await readTls(files) })
  const { port } = boundTo(http.app.server.address())
  assert.equal(await subjectOf(port), "first")

  const told: ((what: "renewed" | "kept") => void)[] = []
  const next = () => new Promise<"renewed" | "kept">((resolve) => told.push(resolve))
  const tell = (what: "renewed" | "kept") => {
    for (const resolve of told.splice(0)) resolve(what)
  }
  const log = createLog({
    level: "error",
    destination: { write: (line) => line.includes("the old ones stay") && tell("kept") },
  })
  const stop = watchTls({
    files,
    log,
    everyMs: 10,
    onChange: (material) => {
      http.reloadTls(material)
      tell("renewed")
    },
  })
  t.after(stop)
  const broken = next()
  await writeFile(files.certificate, "no certificate")
  assert.equal(await broken, "kept")
  assert.equal(await subjectOf(port), "first")
  const renewed = makeCertificate("second")
  let what = next()
  await write(renewed)
  // The key may be read before its certificate is written: that pair does not fit and the next look finds the right one.
  while ((await what) === "kept") what = next()
  assert.equal(await subjectOf(port), "second")
})

test("TLS files that are none, or do not belong together, are refused by name", async (t) => {
  const folder = await temporaryDataFolder(t)
  const files = { certificate: join(folder, "cert.pem"), key: join(folder, "key.pem") }
  const refused = { code: "TLS_UNREADABLE" }
  await assert.rejects(readTls(files), refused)
  await writeFile(files.certificate, makeCertificate("one").certificate)
  await writeFile(files.key, makeCertificate("two").key)
  await assert.rejects(readTls(files), refused)
})

type Parts = Partial<Pick<Parameters<typeof createHttpServer>[0], "log" | "tls">> & { limits?: Limits }

function httpServer({ log = silentLog, tls = null, limits = defaultLimits }: Parts = {}) {
  const authenticator = openAuthenticator("00000000-0000-7000-8000-000000000001")
  return createHttpServer({
    authenticator,
    refuseForeign: null,
    limits,
    log,
    clock: systemClock,
    tls,
    observe: () => undefined,
  })
}

async function listening(t: TestContext, parts: Parts = {}) {
  const http = httpServer(parts)
  const open = { config: { access: "open" } } as const
  http.app.get("/fails", open, async () => {
    throw new Error("cannot read /home/secret", { cause: new Error("secret") })
  })
  http.app.post("/echo", open, async (request) => JSON.stringify(String(request.body)))
  await http.app.listen({ host: "127.0.0.1", port: 0 })
  t.after(() => http.app.close())
  return http
}

function boundTo(address: AddressInfo | string | null): AddressInfo {
  assert.ok(typeof address === "object" && address !== null)
  return address
}

function subjectOf(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN))
      socket.destroy()
    })
    socket.on("error", reject)
  })
}
