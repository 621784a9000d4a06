/** @file Requests of the native door that are wrong, repeated or read in pages. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { z } from "zod"

import { errorBody, job, jobState, newApiKey } from "../../src/doors/native/schema.ts"
import { addDataset, finishedJob, serverForTest } from "../server.ts"
import { codeOf, holdIdempotencyKey, keptAnswers, rawExchange, smallCsv } from "./harness.ts"

test("requests of the native door", async (t) => {
  const server = await serverForTest(t, {
    environment: { QUERNSTONE_LIMIT_JSON_BODY_BYTES_MAX: "20000", QUERNSTONE_LIMIT_EVENT_STREAMS_MAX: "1" },
  })
  const { client, request } = server
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    request(`/api/v1/${path}`, { method: "POST", body, headers })
  const refusal = async (path: string, body: string) => {
    const response = await post(path, body)
    return [response.status, await codeOf(response)]
  }
  for (const name of ["a", "b", "c"]) await addDataset(client, name, smallCsv(60 + name.charCodeAt(0)))
  await addDataset(client, "a", smallCsv(200))
  await addDataset(client, "a", smallCsv(201))

  await t.test("a body that is none, no JSON, or too large is refused before anything is done", async () => {
    const training = '{"dataset":"a","target":"y"}'
    assert.deepEqual(await refusal("training-jobs", ""), [400, "BODY_MISSING"])
    assert.deepEqual(await refusal("training-jobs", training.slice(0, -1)), [400, "BODY_NOT_JSON"])
    assert.deepEqual(await refusal("training-jobs", `\ufeff${training}`), [400, "BODY_NOT_JSON"])
    assert.deepEqual(await refusal("training-jobs", `${training}${" ".repeat(20_000)}`), [
      413,
      "BODY_TOO_LARGE",
    ])
    assert.deepEqual(await refusal("training-jobs", "null"), [422, "REQUEST_INVALID"])
    assert.deepEqual(await refusal("training-jobs", "[".repeat(9_000) + "]".repeat(9_000)), [
      422,
      "REQUEST_INVALID",
    ])
    const deepRecipe = `{"dataset":"a","target":"y","recipe":${'{"a":'.repeat(3_000)}1${"}".repeat(3_000)}}`
    assert.deepEqual(await refusal("training-jobs", deepRecipe), [422, "REQUEST_INVALID"])
    assert.deepEqual(await refusal("datasets/a/versions", ""), [400, "BODY_MISSING"])
    assert.ok((await client.listJobs()).items.every(({ kind }) => kind === "collect.import"))
  })

  await t.test("every field that is wrong is named at once, in the reader's language", async () => {
    const response = await post(
      "training-jobs",
      '{"dataset":"a/b","target":"","task":"poetry","seed":-1,"colour":1}',
      { "accept-language": "zh-CN,zh;q=0.9" },
    )
    const { error } = errorBody.parse(await response.json())
    assert.equal(error.code, "REQUEST_INVALID")
    assert.match(error.message, /字段不正确/)
    const messages = error.problems?.map(({ message }) => message).join("\n") ?? ""
    for (const field of ["dataset", "target", "task", "seed", "colour"])
      assert.match(messages, new RegExp(field))
    assert.equal(response.headers.get("x-request-id"), error.requestId)
  })

  await t.test(
    "of a key that stands twice the last counts, and __proto__ is a key like any other",
    async () => {
      const twice = await post(
        "training-jobs",
        '{"dataset":"absent","dataset":"b","target":"z","target":"no"}',
      )
      assert.deepEqual([twice.status, await codeOf(twice)], [422, "TARGET_NOT_FOUND"])
      const polluted = '{"dataset":"a","target":"y","__proto__":{"model":"stolen","isAdmin":true}}'
      const response = await post("training-jobs", polluted)
      if (response.ok) await finishedJob(client, job.parse(await response.json()).id)
      assert.ok([202, 422].includes(response.status), String(response.status))
      assert.equal((await request("/api/v1/models/stolen")).status, 404)
      assert.equal(Object.hasOwn(Object.prototype, "isAdmin"), false)
    },
  )

  await t.test(
    "numbers and texts that no database holds are refused as such, not as our failure",
    async () => {
      const big = "2147483648"
      const wrong = [
        ["training-jobs", `{"dataset":"a","target":"y","datasetVersion":${big}}`],
        ["training-jobs", '{"dataset":"a","target":"y","positive":"\\u0000"}'],
        ["training-jobs", '{"dataset":"a","target":"y","positive":"\\ud800"}'],
        ["endpoints/e/deployments", `{"model":"a","version":${big}}`],
        ["keys", '{"name":"\\u0000","scopes":["read"]}'],
        ["keys", '{"name":"k","scopes":["read"],"expiresInSeconds":9007199254740991}'],
        ["datasets/a/versions?filename=%00", "x,y\n1,2\n"],
        ["datasets/a/versions?colour=red", "x,y\n1,2\n"],
      ] as const
      for (const [path, body] of wrong)
        assert.deepEqual(await refusal(path, body), [422, "REQUEST_INVALID"], `${path} ${body}`)
      assert.equal((await request(`/api/v1/datasets/a/versions/${big}`)).status, 422)
      assert.equal((await request("/api/v1/datasets/a/versions/1.5")).status, 422)
      assert.equal((await request("/api/v1/jobs/not-an-id")).status, 422)
      assert.deepEqual(await refusal("keys", '{"name":"k","scopes":["read"],"endpoints":["e"]}'), [
        400,
        "KEY_ENDPOINTS_SCOPE",
      ])
    },
  )

  await t.test("a list comes page by page, each item once, and the last page has no cursor", async () => {
    const pages = async (path: string) => {
      const items: z.output<typeof pageSchema>["items"] = []
      for (let cursor: string | null = ""; cursor !== null; ) {
        const response = await request(`/api/v1/${path}?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`)
        const page = pageSchema.parse(await response.json())
        assert.ok(page.items.length <= 2)
        items.push(...page.items)
        cursor = page.nextCursor
      }
      return items.map(({ name, version, id }) => name ?? version ?? id)
    }
    assert.deepEqual(await pages("datasets"), ["a", "b", "c"])
    assert.deepEqual(await pages("datasets/a/versions"), [3, 2, 1])
    const jobs = await pages("jobs")
    assert.equal(new Set(jobs).size, (await client.listJobs()).items.length)
    assert.equal(jobs.length, new Set(jobs).size)
    const tooMany = await request("/api/v1/datasets?limit=0")
    assert.equal(tooMany.status, 422)
  })

  await t.test("a cursor that no list gave is refused", async () => {
    const cursorOf = (text: string) => Buffer.from(text).toString("base64url")
    const { nextCursor } = await client.listDatasets({ query: { limit: 1 } })
    const wrong = [
      ["datasets", "!!"],
      ["datasets", cursorOf("a\u0000")],
      ["datasets", `${nextCursor}=`],
      ["datasets/a/versions", nextCursor],
      ["datasets/a/versions", cursorOf("NaN")],
      ["datasets/a/versions", cursorOf("99999999999")],
      ["jobs", nextCursor],
      ["models", cursorOf("../x")],
      ["models/a/versions", cursorOf("-1")],
      ["endpoints", cursorOf(" ")],
      ["keys", cursorOf("1")],
    ] as const
    for (const [path, cursor] of wrong) {
      const response = await request(`/api/v1/${path}?cursor=${cursor}`)
      assert.deepEqual(
        [response.status, await codeOf(response)],
        [400, "CURSOR_INVALID"],
        `${path} ${cursor}`,
      )
    }
  })

  await t.test("the same idempotency key does a write once and gives its answer again", async () => {
    const key = { "idempotency-key": crypto.randomUUID() }
    const body = '{"name":"once","scopes":["read"]}'
    const first = await post("keys", body, key)
    const second = await post("keys", body, key)
    assert.deepEqual([first.status, second.status], [201, 201])
    const made = newApiKey.parse(await first.json())
    assert.deepEqual(await second.json(), made)
    const kept = await keptAnswers(server)
    assert.ok(kept.some((text) => text.includes('"sealed"')))
    assert.ok(
      kept.every((text) => !text.includes(made.key)),
      "the key itself is in no table",
    )
    assert.equal((await client.listKeys()).items.filter(({ name }) => name === "once").length, 1)

    const other = await post("keys", '{"name":"another","scopes":["read"]}', key)
    assert.deepEqual([other.status, await codeOf(other)], [422, "IDEMPOTENCY_KEY_REUSED"])
    const admin = await client.createKey({ body: { name: "second admin", scopes: ["admin"] } })
    const stranger = await post("keys", body, { ...key, authorization: `Bearer ${admin.key}` })
    assert.deepEqual([stranger.status, await codeOf(stranger)], [422, "IDEMPOTENCY_KEY_REUSED"])
    const elsewhere = await post("training-jobs", body, key)
    assert.equal(elsewhere.status, 422)
    const malformed = await post("keys", body, { "idempotency-key": "two words" })
    assert.deepEqual([malformed.status, await codeOf(malformed)], [400, "IDEMPOTENCY_KEY_INVALID"])
  })

  await t.test("while the first request with an idempotency key runs, the second is told so", async () => {
    const key = crypto.randomUUID()
    const body = '{"name":"running","scopes":["read"]}'
    const release = await holdIdempotencyKey(server, key, `POST /api/v1/keys\n${body}`)
    const second = await post("keys", body, { "idempotency-key": key })
    assert.deepEqual([second.status, await codeOf(second)], [409, "IDEMPOTENCY_KEY_RUNNING"])
    const other = await post("keys", body.replace("running", "other"), { "idempotency-key": key })
    assert.deepEqual([other.status, await codeOf(other)], [422, "IDEMPOTENCY_KEY_REUSED"])
    await release()
    assert.equal((await post("keys", body, { "idempotency-key": key })).status, 201)
  })

  await t.test("a write that failed gives its idempotency key back", async () => {
    const key = { "idempotency-key": crypto.randomUUID() }
    const body = '{"dataset":"later","target":"y"}'
    assert.equal((await post("training-jobs", body, key)).status, 404)
    await addDataset(client, "later", smallCsv())
    const retried = await post("training-jobs", body, key)
    assert.equal(retried.status, 202)
    await finishedJob(client, job.parse(await retried.json()).id)
  })

  await t.test(
    "of writes with one idempotency key at the same time one is done, the others wait or hear of it",
    async () => {
      const key = { "idempotency-key": crypto.randomUUID() }
      const responses = await Promise.all(
        Array.from({ length: 6 }, () => post("keys", '{"name":"race","scopes":["read"]}', key)),
      )
      assert.equal((await client.listKeys()).items.filter(({ name }) => name === "race").length, 1)
      for (const response of responses) {
        if (response.status === 201) continue
        assert.deepEqual([response.status, await codeOf(response)], [409, "IDEMPOTENCY_KEY_RUNNING"])
      }
      assert.ok(responses.some(({ status }) => status === 201))
    },
  )

  await t.test(
    "events come in order, are taken up after the last one seen, and end with the job",
    async () => {
      const started = await client.startTraining({ body: { dataset: "a", target: "y" } })
      const path = `/api/v1/jobs/${started.id}/events`
      const whole = eventsOf(await (await request(path)).text())
      const revisions = whole.map(({ revision }) => revision)
      assert.deepEqual(
        revisions,
        [...new Set(revisions)].sort((a, b) => a - b),
      )
      assert.equal(whole.at(-1)?.state, "succeeded")
      assert.ok(whole.every(({ id, revision }) => id === String(revision)))

      const last = revisions.at(-1) ?? 0
      const resumed = await request(path, { headers: { "last-event-id": String(last - 1) } })
      assert.equal(resumed.headers.get("content-type"), "text/event-stream; charset=utf-8")
      assert.deepEqual(
        eventsOf(await resumed.text()).map(({ revision }) => revision),
        [last],
      )
      const nothingNew = await request(path, { headers: { "last-event-id": String(last) } })
      assert.deepEqual([nothingNew.status, await nothingNew.text()], [200, ""])
      const nonsense = await request(path, { headers: { "last-event-id": "x" } })
      assert.equal(eventsOf(await nonsense.text()).at(-1)?.state, "succeeded")
    },
  )

  await t.test("event streams are bounded, and one that its reader leaves is free again", async () => {
    const started = await client.startTraining({ body: { dataset: "b", target: "y" } })
    const leaving = new AbortController()
    const open = await request(`/api/v1/jobs/${started.id}/events`, { signal: leaving.signal })
    assert.equal(open.status, 200)
    const second = await request(`/api/v1/jobs/${started.id}/events`)
    assert.deepEqual([second.status, await codeOf(second)], [429, "EVENT_STREAMS_FULL"])
    assert.equal(second.headers.get("retry-after"), "1")
    leaving.abort()
    let free = await request(`/api/v1/jobs/${started.id}/events`)
    while (free.status === 429) free = await request(`/api/v1/jobs/${started.id}/events`)
    assert.equal(eventsOf(await free.text()).at(-1)?.state, "succeeded")
  })

  await t.test("what is no request is told so on its socket", async () => {
    const large = await rawExchange(
      server.url,
      `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Large: ${"a".repeat(17 * 1_024)}\r\n\r\n`,
    )
    assert.match(large, /^HTTP\/1\.1 431 [\s\S]*"code":"HEADERS_TOO_LARGE"/)
    const malformed = await rawExchange(server.url, "\u0016\u0003\u0001 hello\r\n\r\n")
    assert.match(malformed, /^HTTP\/1\.1 400 [\s\S]*"code":"REQUEST_MALFORMED"/)
  })
})

const item = z.object({
  name: z.string().optional(),
  version: z.int().optional(),
  id: z.string().optional(),
})
const pageSchema = z.object({ items: z.array(item), nextCursor: z.string().nullable() })

function eventsOf(text: string): { id: string; revision: number; state: string }[] {
  return text
    .split("\n\n")
    .filter((block) => block !== "" && !block.startsWith(":"))
    .map((block) => {
      const [, id = "", data = ""] = /^id: (\d+)\nevent: job\ndata: (.*)$/.exec(block) ?? []
      const body = job.parse(JSON.parse(data))
      assert.ok(jobState.options.includes(body.state))
      return { id, revision: body.revision, state: body.state }
    })
}
