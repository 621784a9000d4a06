/** @file Deployments that change under load, on two servers at once, with damaged files, in place and in a thread. */
import assert from "node:assert/strict"
import { truncate } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"

import { createClient } from "../../client/src/index.ts"
import { codeOf, serverBeside, smallCsv } from "../doors/harness.ts"
import { addDataset, finishedJob, type ServerForTest, serverForTest } from "../server.ts"

const row = { x: 5, z: 5, kind: "new" }

test("deployments", async (t) => {
  const server = await serverForTest(t)
  const { client } = server
  await addDataset(client, "low", smallCsv())
  await addDataset(client, "high", smallCsv(120, 1_000))
  for (const dataset of ["low", "high", "low"]) {
    const job = await client.startTraining({ body: { dataset, target: "y", model: "m", learner: "linear" } })
    await finishedJob(client, job.id)
  }
  const answerOf = async (name: string, from = client) => {
    const { predictions, version } = await from.predict({ name, body: { rows: [row] } })
    const [prediction] = predictions
    assert.ok(prediction !== undefined && "prediction" in prediction)
    return { version, isHigh: prediction.prediction > 500 }
  }

  await t.test("the first version is production; deploying moves the alias to what is deployed", async () => {
    assert.deepEqual((await client.getModel({ name: "m" })).aliases, { production: 1 })
    const newest = await client.deploy({ name: "e", body: { model: "m" } })
    assert.deepEqual([newest.version, newest.state, newest.missingInstances], [3, "ready", []])
    assert.deepEqual((await client.getModel({ name: "m" })).aliases, { production: 3 })
    const second = await client.deploy({ name: "e", body: { model: "m", version: 2 } })
    assert.deepEqual([second.version, second.revision], [2, newest.revision + 1])
    assert.deepEqual((await client.getModel({ name: "m" })).aliases, { production: 2 })
    assert.deepEqual(await answerOf("e"), { version: 2, isHigh: true })
    await client.setModelAlias({ name: "m", alias: "champion", body: { version: 1 } })
    assert.equal((await client.deploy({ name: "e", body: { model: "m", alias: "champion" } })).version, 1)
    assert.deepEqual(await answerOf("e"), { version: 1, isHigh: false })
    assert.deepEqual((await client.getModel({ name: "m" })).aliases, { champion: 1, production: 1 })
  })

  await t.test(
    "20 swaps under 16 callers fail no call, explained or not, and each answer is its version's",
    async () => {
      let isSwapping = true
      const seen = new Set<number>()
      const call = async (isExplained: boolean) => {
        let calls = 0
        while (isSwapping || calls === 0) {
          const answer = await client.predict({ name: "e", body: { rows: [row], explain: isExplained } })
          const [prediction] = answer.predictions
          assert.ok(prediction !== undefined && "prediction" in prediction)
          assert.equal(prediction.prediction > 500, answer.version === 2)
          seen.add(answer.version)
          calls += 1
        }
        return calls
      }
      const callers = Array.from({ length: 16 }, (_, at) => call(at % 4 === 0))
      const swaps = async () => {
        for (let swap = 0; swap < 20; swap += 1) {
          const { version } = await client.deploy({
            name: "e",
            body: { model: "m", version: 1 + ((swap + 1) % 2) },
          })
          assert.equal((await answerOf("e")).version, version, "what deploy answered is in force")
        }
      }
      await swaps().finally(() => {
        isSwapping = false
      })
      const calls = await Promise.all(callers)
      assert.ok(calls.every((count) => count > 0))
      assert.deepEqual([...seen].sort(), [1, 2])
    },
  )

  await t.test("a run that is measured as long goes through a thread, with the same answers", async (t) => {
    const beside = await serverBeside(t, server, { environment: { QUERNSTONE_LIMIT_INLINE_RUN_MS_MAX: "0" } })
    const rows = Array.from({ length: 50 }, (_, at) => ({ x: at / 5, z: (at * 7) % 10, kind: "old" }))
    const call = { name: "e", body: { rows, explain: true } }
    const there = createClient({ url: beside.url, key: server.adminKey })
    const [inPlace, inThread] = [await client.predict(call), await there.predict(call)]
    assert.deepEqual(inThread, inPlace)
  })

  await t.test("a deployment that one of two servers took is warm on both when it answers", async (t) => {
    const beside = await serverBeside(t, server)
    const other = createClient({ url: beside.url, key: server.adminKey })
    for (const version of [2, 1, 3]) {
      const endpoint = await client.deploy({ name: "two", body: { model: "m", version } })
      assert.deepEqual([endpoint.state, endpoint.missingInstances], ["ready", []])
      assert.equal((await answerOf("two", other)).version, version)
    }
    assert.equal((await other.deploy({ name: "two", body: { model: "m", version: 2 } })).state, "ready")
    assert.deepEqual(await answerOf("two"), { version: 2, isHigh: true })
  })

  await t.test("a deleted endpoint is gone, and its name can be used again", async () => {
    await client.deploy({ name: "brief", body: { model: "m", version: 1 } })
    await client.deleteEndpoint({ name: "brief" })
    await assert.rejects(answerOf("brief"), { code: "ENDPOINT_NOT_FOUND" })
    await assert.rejects(client.deleteEndpoint({ name: "brief" }), { code: "ENDPOINT_NOT_FOUND" })
    assert.ok((await client.listEndpoints()).items.every(({ name }) => name !== "brief"))
    await client.deploy({ name: "brief", body: { model: "m", version: 2 } })
    assert.deepEqual(await answerOf("brief"), { version: 2, isHigh: true })
  })

  await t.test("models may take their share of the memory and no more", async (t) => {
    const environment = { QUERNSTONE_LIMIT_MODEL_MEMORY_SHARE: "0" }
    const beside = await serverBeside(t, server, { environment })
    const headers = { authorization: `Bearer ${server.adminKey}` }
    const deployed = await fetch(`${beside.url}/api/v1/endpoints/e/deployments`, {
      method: "POST",
      headers,
      body: '{"model":"m"}',
    })
    assert.deepEqual([deployed.status, await codeOf(deployed)], [507, "MODEL_MEMORY_FULL"])
    // It has started without the models that it may not load, and says of each that it is not there yet.
    const body = JSON.stringify({ rows: [row] })
    const waiting = await fetch(`${beside.url}/api/v1/endpoints/e/predict`, { method: "POST", headers, body })
    assert.deepEqual([waiting.status, await codeOf(waiting)], [503, "ENDPOINT_LOADING"])
    assert.equal((await fetch(`${beside.url}/readyz`)).status, 200)
  })

  await t.test(
    "a damaged file is not deployed, what served before serves on, and a restart serves the rest",
    async (t) => {
      await client.deploy({ name: "e", body: { model: "m", version: 1 } })
      await client.deploy({ name: "hurt", body: { model: "m", version: 2 } })
      await damageFile(server, 2)
      const response = await server.request("/api/v1/endpoints/e/deployments", {
        method: "POST",
        body: '{"model":"m","version":2}',
      })
      assert.equal(response.status, 500)
      assert.equal(await codeOf(response), "BLOB_CORRUPT")
      assert.deepEqual(await answerOf("e"), { version: 1, isHigh: false })
      assert.deepEqual(
        (await client.getModel({ name: "m" })).aliases.production,
        2,
        "as the last deployment left it",
      )
      assert.deepEqual(await answerOf("hurt"), { version: 2, isHigh: true }, "it is still in memory")

      const beside = await serverBeside(t, server)
      const other = createClient({ url: beside.url, key: server.adminKey, retries: 0 })
      assert.deepEqual(await answerOf("e", other), { version: 1, isHigh: false })
      await assert.rejects(answerOf("hurt", other), { code: "ENDPOINT_LOADING" })
    },
  )
})

async function damageFile({ client, dataFolder }: ServerForTest, version: number): Promise<void> {
  const { fileDigest, byteLength } = await client.getModelVersion({ name: "m", version })
  const path = join(dataFolder, "blobs", fileDigest.slice(0, 2), fileDigest.slice(2))
  await truncate(path, Math.floor(byteLength / 2))
}
