/** @file The client against servers that misbehave: broken connections, 503, foreign answers, event streams that break off. */
import assert from "node:assert/strict"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { type TestContext, test } from "node:test"

import { createClient, type Job, QuernstoneError } from "../../client/src/index.ts"

test("a write that meets 503 and then a broken connection is sent again with the same idempotency key", async (t) => {
  const keys: unknown[] = []
  const url = await listen(t, (request, response) => {
    keys.push(request.headers["idempotency-key"])
    if (keys.length === 1) answer(response, 503, { error: { code: "BUSY", message: "busy", requestId: "r" } })
    else if (keys.length === 2) request.socket.destroy()
    else answer(response, 202, jobAt(1, "queued"))
  })
  const job = await createClient({ url, key: "k" }).startTraining({ body: { dataset: "d", target: "t" } })
  assert.equal(job.id, jobAt(1, "queued").id)
  assert.equal(keys.length, 3)
  assert.equal(new Set(keys).size, 1)
  assert.match(String(keys[0]), /^[0-9a-f-]{36}$/)
})

test("a prediction carries the key and no idempotency key", async (t) => {
  const seen: IncomingMessage["headers"][] = []
  const url = await listen(t, (request, response) => {
    seen.push(request.headers)
    answer(response, 200, { endpoint: "e", model: "m", version: 1, predictions: [], warnings: [] })
  })
  const client = createClient({ url: `${url}/`, key: "secret", language: "zh" })
  await client.predict({ name: "a b/c", query: { explain: "true" }, body: { rows: [{ x: 1 }] } })
  assert.equal(seen[0]?.authorization, "Bearer secret")
  assert.equal(seen[0]?.["accept-language"], "zh")
  assert.equal(seen[0]?.["idempotency-key"], undefined)
})

test("names in paths are percent-encoded and absent query fields are left out", async (t) => {
  const paths: unknown[] = []
  const url = await listen(t, (request, response) => {
    paths.push(request.url)
    answer(response, 200, { items: [], nextCursor: null })
  })
  const client = createClient({ url })
  await client.listDatasetVersions({ name: "航班 1/2", query: { limit: 5, cursor: undefined } })
  await client.listJobs()
  assert.deepEqual(paths, [
    `/api/v1/datasets/${encodeURIComponent("航班 1/2")}/versions?limit=5`,
    "/api/v1/jobs",
  ])
})

test("a stream is uploaded once, a blob and bytes arrive as they are", async (t) => {
  const bodies: string[] = []
  const url = await listen(t, async (request, response) => {
    bodies.push(Buffer.concat(await collect(request)).toString())
    if (bodies.length === 1)
      answer(response, 503, { error: { code: "BUSY", message: "busy", requestId: "r" } })
    else answer(response, 202, jobAt(1, "queued"))
  })
  const client = createClient({ url })
  const stream = new Blob(["a,b\n1,2\n"]).stream()
  await assert.rejects(client.addDatasetVersion({ name: "d", body: stream }), hasCode("BUSY", 503))
  await client.addDatasetVersion({ name: "d", body: new Blob(["a,b\n1,2\n"]) })
  await client.addDatasetVersion({ name: "d", body: new TextEncoder().encode("a,b\n1,2\n") })
  assert.deepEqual(bodies, ["a,b\n1,2\n", "a,b\n1,2\n", "a,b\n1,2\n"])
})

test("nobody listening is UNREACHABLE at once, in the chosen language", async () => {
  const url = `http://127.0.0.1:${await closedPort()}`
  await assert.rejects(createClient({ url }).getServer(), hasCode("UNREACHABLE", 0))
  await assert.rejects(createClient({ url, language: "zh" }).getServer(), /无法连接/)
})

test("an answer that is not Quernstone's is UNEXPECTED_ANSWER", async (t) => {
  const url = await listen(t, (request, response) => {
    response.statusCode = request.url === "/api/v1/server" ? 200 : 502
    response.end("<html>nginx</html>")
  })
  const client = createClient({ url, retries: 0 })
  await assert.rejects(client.getServer(), hasCode("UNEXPECTED_ANSWER", 200))
  await assert.rejects(client.listJobs(), hasCode("UNEXPECTED_ANSWER", 502))
})

test("the server's error comes through with its code, problems and request id", async (t) => {
  const problems = [{ code: "ROW_COLUMN_UNKNOWN", message: "column x", row: 0, column: "x" }]
  const url = await listen(t, (_, response) =>
    answer(response, 422, {
      error: { code: "ROWS_INVALID", message: "bad rows", requestId: "r-1", problems },
    }),
  )
  await assert.rejects(createClient({ url }).getServer(), (error) => {
    assert(error instanceof QuernstoneError)
    assert.deepEqual(
      { code: error.code, status: error.status, message: error.message, id: error.requestId },
      { code: "ROWS_INVALID", status: 422, message: "bad rows", id: "r-1" },
    )
    assert.deepEqual(error.problems, problems)
    return true
  })
})

test("a watch whose stream breaks off goes on after the last event that it saw", async (t) => {
  const resumedAt: unknown[] = []
  const url = await listen(t, (request, response) => {
    resumedAt.push(request.headers["last-event-id"])
    response.setHeader("content-type", "text/event-stream")
    response.write(": keep-alive\n\n")
    if (resumedAt.length === 1) {
      response.write(eventOf(jobAt(1, "queued")) + eventOf(jobAt(2, "running")))
      response.end()
    } else if (resumedAt.length === 2) request.socket.destroy()
    else response.end(eventOf(jobAt(3, "succeeded")))
  })
  const jobs = await collect(createClient({ url }).watchJob({ id: jobAt(1, "queued").id }))
  assert.deepEqual(
    jobs.map(({ revision, state }) => `${revision} ${state}`),
    ["1 queued", "2 running", "3 succeeded"],
  )
  assert.equal(resumedAt[0], undefined)
  assert.deepEqual(new Set(resumedAt.slice(1)), new Set(["2"]))
})

test("a watch ends with its signal, also while the stream is open", async (t) => {
  const url = await listen(t, (_, response) => {
    response.setHeader("content-type", "text/event-stream")
    response.write(eventOf(jobAt(1, "running")))
  })
  const controller = new AbortController()
  const watch = async () => {
    for await (const _ of createClient({ url }).watchJob({ id: "x", signal: controller.signal }))
      controller.abort(new Error("enough"))
  }
  await assert.rejects(watch(), /enough/)
})

test("a watch of a job that does not exist throws the server's error", async (t) => {
  const url = await listen(t, (_, response) =>
    answer(response, 404, { error: { code: "JOB_NOT_FOUND", message: "no such job", requestId: "r" } }),
  )
  await assert.rejects(collect(createClient({ url }).watchJob({ id: "x" })), hasCode("JOB_NOT_FOUND", 404))
})

type Handler = (request: IncomingMessage, response: ServerResponse) => void

async function listen(t: TestContext, handler: Handler): Promise<string> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  assert(address !== null && typeof address === "object")
  return `http://127.0.0.1:${address.port}`
}

/** A port that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  assert(address !== null && typeof address === "object")
  await new Promise((resolve) => server.close(resolve))
  return address.port
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status
  response.setHeader("content-type", "application/json")
  response.end(JSON.stringify(body))
}

function jobAt(revision: number, jobState: Job["state"]): Job {
  return {
    id: "01234567-89ab-7def-8123-456789abcdef",
    kind: "train",
    state: jobState,
    attempt: 1,
    progress: null,
    result: null,
    error: null,
    createdAt: "2026-11-24T00:00:00Z",
    startedAt: null,
    finishedAt: null,
    revision,
  }
}

function eventOf(job: Job): string {
  return `id: ${job.revision}\nevent: job\ndata: ${JSON.stringify(job)}\n\n`
}

function hasCode(code: string, status: number) {
  return (error: unknown) =>
    error instanceof QuernstoneError && error.code === code && error.status === status
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = []
  for await (const item of items) collected.push(item)
  return collected
}
