/** @file What machines read, and the console's page: /metrics, /healthz, /readyz, /. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { z } from "zod"

import { addDataset, serverForTest, trainAndDeploy } from "../server.ts"
import { serverBeside, smallCsv } from "./harness.ts"

const readySchema = z.strictObject({
  status: z.string(),
  parts: z.record(z.string(), z.strictObject({ isReady: z.boolean(), detail: z.string() })).optional(),
})

test("health, metrics and the console's page", async (t) => {
  const server = await serverForTest(t)
  const { client, url } = server
  await addDataset(client, "m", smallCsv())
  await trainAndDeploy(client, "m", "y")
  const rows = [
    { x: 1, z: 1, kind: "old" },
    { x: 1, z: 1, kind: "unheard of" },
  ]

  await t.test(
    "/healthz and /readyz are open, the details of /readyz are for keys that may read",
    async () => {
      assert.deepEqual(await (await fetch(`${url}/healthz`)).json(), { status: "ok" })
      const read = async (key: string) => {
        const headers = key === "" ? {} : { authorization: `Bearer ${key}` }
        return readySchema.parse(await (await fetch(`${url}/readyz`, { headers })).json())
      }
      const { key: predictKey } = await client.createKey({ body: { name: "p", scopes: ["predict"] } })
      const { key: readKey } = await client.createKey({ body: { name: "r", scopes: ["read"] } })
      for (const key of ["", "qst_wrong", predictKey]) assert.deepEqual(await read(key), { status: "ready" })
      const { parts = {} } = await read(readKey)
      assert.deepEqual(Object.keys(parts), ["database", "endpoints", "configuration"])
      assert.deepEqual(parts.database, { isReady: true, detail: "outside" })
      assert.equal(parts.endpoints?.detail, "1 live")
    },
  )

  await t.test(
    "/metrics counts requests by route, predicted rows and warnings, and names what is live",
    async () => {
      for (let call = 0; call < 3; call += 1) await client.predict({ name: "m", body: { rows } })
      await fetch(`${url}/api/v1/endpoints/some-secret-name`)
      await fetch(`${url}/no/such/path`)
      const response = await fetch(`${url}/metrics`)
      assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/)
      const text = await response.text()
      const lines = text.split("\n")
      const value = (line: string) =>
        Number(
          lines
            .find((each) => each.startsWith(line))
            ?.split(" ")
            .at(-1),
        )
      const predicted = 'endpoint="m",model="m",version="1"'
      assert.equal(value(`quernstone_predictions_total{${predicted}}`), 6)
      assert.equal(value(`quernstone_prediction_warnings_total{${predicted}}`), 3)
      const route = 'route="/api/v1/endpoints/:name/predict"'
      assert.equal(value(`quernstone_requests_total{method="POST",${route},code="200"}`), 3)
      assert.equal(value(`quernstone_request_duration_seconds_count{${route}}`), 3)
      const refused = 'method="GET",route="/api/v1/endpoints/:name",code="401"'
      assert.equal(value(`quernstone_requests_total{${refused}}`), 1)
      assert.equal(value("quernstone_model_loaded"), 1)
      assert.equal(value("quernstone_jobs_running"), 0)
      assert.ok(value("process_resident_memory_bytes") > 0)
      assert.doesNotMatch(text, /some-secret-name|no\/such/, "a label is never what a caller made up")
    },
  )

  await t.test("beyond this machine /metrics needs a key that reads, or the metrics token", async (t) => {
    const beside = await serverBeside(t, server, {
      environment: { QUERNSTONE_HOST: "0.0.0.0", QUERNSTONE_METRICS_TOKEN: "a-token-of-16-characters" },
      flags: { insecureHttp: true },
    })
    assert.deepEqual(beside.warnings, ["INSECURE_HTTP"])
    const local = beside.url.replace("0.0.0.0", "127.0.0.1")
    const status = async (key: string) => {
      const headers = key === "" ? {} : { authorization: `Bearer ${key}` }
      return (await fetch(`${local}/metrics`, { headers })).status
    }
    const { key: predictKey } = await client.createKey({ body: { name: "p", scopes: ["predict"] } })
    assert.equal(await status(""), 401)
    assert.equal(await status("a-token-of-16-characterz"), 401)
    assert.equal(await status(predictKey), 403)
    assert.equal(await status(server.adminKey), 200)
    assert.equal(await status("a-token-of-16-characters"), 200)
    const ready = await fetch(`${local}/readyz`, { headers: { authorization: `Bearer ${server.adminKey}` } })
    assert.equal(readySchema.parse(await ready.json()).parts?.configuration?.detail, "INSECURE_HTTP")
  })

  await t.test("the console's page may load nothing from elsewhere and be framed by nobody", async () => {
    const page = await fetch(`${url}/`)
    assert.equal(page.status, 200)
    assert.match(page.headers.get("content-type") ?? "", /^text\/html/)
    const policy = page.headers.get("content-security-policy") ?? ""
    const parts = ["default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]
    for (const part of parts) assert.ok(policy.includes(part), part)
    assert.doesNotMatch(policy, /unsafe-eval|script-src|https?:/)
    assert.equal(page.headers.get("x-content-type-options"), "nosniff")
    assert.equal(page.headers.get("referrer-policy"), "no-referrer")
  })

  await t.test(
    "the page is asked for anew each time, what it loads is kept for ever under its hashed name",
    async () => {
      const page = await fetch(`${url}/`)
      assert.equal(page.headers.get("cache-control"), "no-cache")
      const html = await page.text()
      const assets = [...html.matchAll(/(?:src|href)="(?:\.?\/)?(assets\/[^"]+)"/g)].map(([, path]) => path)
      assert.ok(assets.length >= 2, html)
      for (const asset of assets) {
        const response = await fetch(`${url}/${asset}`)
        assert.equal(response.status, 200, asset)
        assert.equal(response.headers.get("cache-control"), "public, max-age=31536000, immutable")
        await response.arrayBuffer()
      }
      for (const outside of ["/..%2f..%2fpackage.json", "/assets/..%2f..%2f..%2fpackage.json", "/.env"])
        assert.notEqual((await fetch(`${url}${outside}`)).status, 200, outside)
    },
  )
})
