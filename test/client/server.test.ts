/** @file Every operation of the client against a real server. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { createClient, type Job, QuernstoneError } from "../../client/src/index.ts"
import { exampleFile, finishedJob, serverForTest } from "../server.ts"

test("a dataset, a model, an endpoint, an answer: every operation does what its type says", async (t) => {
  const { client, url } = await serverForTest(t)
  const name = "鸢尾花"
  assert.equal((await client.getServer()).name, "quernstone")

  const upload = await client.addDatasetVersion({
    name,
    query: { filename: "iris.csv" },
    body: new Blob([await exampleFile("iris.csv")]),
  })
  await finishedJob(client, upload.id)
  const streamed = await client.addDatasetVersion({
    name,
    body: new Blob([await exampleFile("iris.csv")]).stream(),
  })
  assert.equal((await finishedJob(client, streamed.id)).isNew, false)
  assert.equal((await client.getDataset({ name })).latestVersion, 1)
  assert.deepEqual(
    (await client.listDatasets()).items.map((dataset) => dataset.name),
    [name],
  )
  assert.equal((await client.listDatasetVersions({ name, query: { limit: 5 } })).items.length, 1)
  assert.equal((await client.getDatasetVersion({ name, version: "latest" })).rowCount, 150)

  const training = await client.startTraining({
    body: { dataset: name, target: "species", seed: 7, learner: "linear" },
  })
  const seen: Job[] = []
  for await (const job of client.watchJob({ id: training.id })) seen.push(job)
  assert.equal(seen.at(-1)?.state, "succeeded", JSON.stringify(seen.at(-1)?.error))
  assert.ok(seen.every((job, index) => index === 0 || job.revision > (seen[index - 1]?.revision ?? 0)))
  assert.equal((await client.getJob({ id: training.id })).state, "succeeded")
  assert.equal((await client.listJobs({ query: { limit: 2 } })).items.length, 2)

  assert.deepEqual(
    (await client.listModels()).items.map((model) => model.name),
    [name],
  )
  assert.equal((await client.listModelVersions({ name })).items.length, 1)
  const version = await client.getModelVersion({ name, version: 1 })
  assert.equal(version.signature.target, "species")
  const file = await new Response(await client.getModelFile({ name, version: 1 })).bytes()
  assert.equal(file.byteLength, version.byteLength)
  const { edges } = await client.getModelLineage({ name, version: 1 })
  assert.ok(edges.some(({ source }) => source.kind === "dataset_version"))
  const { aliases } = await client.setModelAlias({ name, alias: "champion", body: { version: 1 } })
  assert.deepEqual(aliases, { champion: 1, production: 1 })
  assert.equal((await client.getModel({ name })).latestVersion, 1)

  const endpoint = await client.deploy({ name: "e", body: { model: name, alias: "champion" } })
  assert.deepEqual([endpoint.version, endpoint.state], [1, "ready"])
  assert.equal((await client.getEndpoint({ name: "e" })).model, name)
  assert.equal((await client.listEndpoints()).items.length, 1)
  const { row, answer } = version.report.example
  const predicted = await client.predict({ name: "e", body: { rows: [row], explain: true } })
  assert.ok("label" in (predicted.predictions[0] ?? {}), `${answer}`)
  const [explanation] = predicted.explanations ?? []
  const sum = explanation?.contributions.reduce(
    (total, { contribution }) => total + contribution,
    explanation.baseline,
  )
  assert.ok(Math.abs((sum ?? Number.NaN) - (explanation?.score ?? 0)) < 1e-4)

  const made = await client.createKey({ body: { name: "k", scopes: ["predict"], endpoints: ["e"] } })
  const narrow = createClient({ url, key: made.key, language: "zh" })
  assert.equal((await narrow.predict({ name: "e", body: { rows: [row] } })).predictions.length, 1)
  await assert.rejects(narrow.listJobs(), (error) => error instanceof QuernstoneError && error.status === 403)
  assert.ok((await client.listKeys()).items.some(({ id }) => id === made.id))
  await client.revokeKey({ id: made.id })
  await client.deleteEndpoint({ name: "e" })
  await assert.rejects(client.getEndpoint({ name: "e" }), (error) => {
    assert.ok(error instanceof QuernstoneError)
    assert.deepEqual([error.status, error.code], [404, "ENDPOINT_NOT_FOUND"])
    assert.ok((error.requestId ?? "").length > 0)
    return true
  })
})

test("a list is read page by page, and a finished job cannot be cancelled into another state", async (t) => {
  const { client } = await serverForTest(t)
  const ids: string[] = []
  for (const name of ["a", "b", "c"]) {
    const job = await client.addDatasetVersion({ name, body: new TextEncoder().encode("x,y\n1,2\n3,4\n") })
    await finishedJob(client, job.id)
    ids.unshift(job.id)
  }
  const first = await client.listJobs({ query: { limit: 2 } })
  const second = await client.listJobs({ query: { limit: 2, cursor: first.nextCursor ?? "" } })
  assert.deepEqual(
    [...first.items, ...second.items].map(({ id }) => id),
    ids,
  )
  assert.equal(second.nextCursor, null)
  const [id = ""] = ids
  await client.cancelJob({ id }).catch(() => null)
  assert.equal((await client.getJob({ id })).state, "succeeded")
})

test("the same idempotency key gives the same job, without a second one", async (t) => {
  const { client } = await serverForTest(t)
  const body = new TextEncoder().encode("x,y\n1,2\n3,4\n")
  const imported = await client.addDatasetVersion({ name: "d", body })
  await finishedJob(client, imported.id)
  const request = { body: { dataset: "d", target: "y" }, idempotencyKey: crypto.randomUUID() }
  const once = await client.startTraining(request)
  const twice = await client.startTraining(request)
  assert.equal(twice.id, once.id)
  assert.equal((await client.listJobs()).items.length, 2)
})
