/** @file Every operation of the native door, from its table: mounted, answered in its schema, refused without key, scope or thing. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { test } from "node:test"

import { z } from "zod"

import { type Operation, type OperationId, operations } from "../../src/doors/native/operations.ts"
import { addDataset, finishedJob, type ServerForTest, serverForTest } from "../server.ts"
import { codeOf, keyOfAnotherWorkspace, smallCsv } from "./harness.ts"

type Call = {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: string
  readonly body?: unknown
  readonly file?: string
}

const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ operationId: z.string() }))),
})
const absentId = "01900000-0000-7000-8000-000000000000"
const name = "数据.1"
const table = new Map<string, Operation>(Object.entries<Operation>(operations))

test("the native door", async (t) => {
  const server = await serverForTest(t)
  const { client } = server
  await addDataset(client, name, smallCsv())
  const training = await client.startTraining({ body: { dataset: name, target: "y" } })
  await finishedJob(client, training.id)
  await client.deploy({ name, body: { model: name } })
  const { id: keyId } = await client.createKey({ body: { name: "old", scopes: ["read"] } })

  await t.test("every operation without a key is 401, and each is mounted", async () => {
    for (const [id, operation] of table) {
      const response = await call(server, operation, {}, "")
      assert.equal(response.status, 401, id)
      assert.equal(await codeOf(response), "KEY_MISSING", id)
      assert.match(response.headers.get("www-authenticate") ?? "", /^Bearer/, id)
    }
  })

  await t.test("every operation with a key of other scopes only is 403", async () => {
    const lesser = { predict: "write", read: "predict", write: "read", admin: "write" } as const
    const keys = new Map<string, string>()
    for (const scope of new Set(Object.values(lesser)))
      keys.set(scope, (await client.createKey({ body: { name: scope, scopes: [scope] } })).key)
    for (const [id, operation] of table) {
      const response = await call(server, operation, {}, keys.get(lesser[operation.scope]) ?? "")
      assert.equal(response.status, 403, id)
      assert.equal(await codeOf(response), "SCOPE_MISSING", id)
    }
  })

  await t.test("every operation that names a thing is 404 when there is none", async () => {
    const rows = { rows: [] }
    const unknown: Partial<Record<OperationId, readonly [Call, string][]>> = {
      getDataset: [[{}, "DATASET_NOT_FOUND"]],
      listDatasetVersions: [[{}, "DATASET_NOT_FOUND"]],
      getDatasetVersion: [
        [{}, "DATASET_NOT_FOUND"],
        [{ params: { name, version: "9" } }, "DATASET_VERSION_NOT_FOUND"],
      ],
      startTraining: [
        [{ body: { dataset: "absent", target: "y" } }, "DATASET_NOT_FOUND"],
        [{ body: { dataset: name, datasetVersion: 9, target: "y" } }, "DATASET_VERSION_NOT_FOUND"],
      ],
      getJob: [[{}, "JOB_NOT_FOUND"]],
      watchJob: [[{}, "JOB_NOT_FOUND"]],
      cancelJob: [[{}, "JOB_NOT_FOUND"]],
      getModel: [[{}, "MODEL_NOT_FOUND"]],
      listModelVersions: [[{}, "MODEL_NOT_FOUND"]],
      getModelVersion: [
        [{}, "MODEL_NOT_FOUND"],
        [{ params: { name, version: "9" } }, "MODEL_VERSION_NOT_FOUND"],
      ],
      getModelFile: [
        [{}, "MODEL_NOT_FOUND"],
        [{ params: { name, version: "9" } }, "MODEL_VERSION_NOT_FOUND"],
      ],
      getModelLineage: [[{}, "MODEL_NOT_FOUND"]],
      setModelAlias: [
        [{ body: { version: 1 } }, "MODEL_NOT_FOUND"],
        [{ params: { name, alias: "a" }, body: { version: 9 } }, "MODEL_VERSION_NOT_FOUND"],
      ],
      getEndpoint: [[{}, "ENDPOINT_NOT_FOUND"]],
      deploy: [
        [{ body: { model: "absent" } }, "MODEL_NOT_FOUND"],
        [{ body: { model: name, version: 9 } }, "MODEL_VERSION_NOT_FOUND"],
        [{ body: { model: name, alias: "absent" } }, "ALIAS_NOT_FOUND"],
      ],
      deleteEndpoint: [[{}, "ENDPOINT_NOT_FOUND"]],
      predict: [
        [{ body: rows }, "ENDPOINT_NOT_FOUND"],
        [{ params: { name: "\u0000" }, body: rows }, "ENDPOINT_NOT_FOUND"],
      ],
      revokeKey: [[{}, "KEY_NOT_FOUND"]],
    }
    const ids = [...table].filter(([, { path, scope }]) => path.includes("{") && scope !== "predict")
    for (const [id] of ids) if (id !== "addDatasetVersion") assert.ok(Object.hasOwn(unknown, id), id)
    for (const [id, calls] of Object.entries(unknown))
      for (const [each, code] of calls) {
        const response = await call(server, operationOf(id), each, server.adminKey)
        assert.equal(response.status, 404, id)
        assert.equal(await codeOf(response), code, id)
      }
  })

  await t.test("a path that is none, or cannot be decoded, says so", async () => {
    const absent = await server.request("/api/v1/nothing?secret=1")
    assert.deepEqual([absent.status, await codeOf(absent)], [404, "PATH_NOT_FOUND"])
    const malformed = await server.request("/api/v1/datasets/%ff")
    assert.deepEqual([malformed.status, await codeOf(malformed)], [400, "PATH_MALFORMED"])
    const long = await server.request(`/api/v1/datasets/${"a".repeat(2_000)}`)
    assert.deepEqual([long.status, await codeOf(long)], [404, "PATH_NOT_FOUND"])
    const outside = await server.request("/api/v1/datasets/..%2f..%2fetc")
    assert.deepEqual([outside.status, await codeOf(outside)], [422, "REQUEST_INVALID"])
  })

  await t.test("no thing of one workspace shows in another, through any door", async () => {
    const key = await keyOfAnotherWorkspace(server)
    for (const id of ["listDatasets", "listJobs", "listModels", "listEndpoints"]) {
      const response = await call(server, operationOf(id), {}, key)
      assert.deepEqual(await response.json(), { items: [], nextCursor: null }, id)
    }
    const own: Partial<Record<OperationId, Call>> = {
      getDataset: { params: { name } },
      listDatasetVersions: { params: { name } },
      getDatasetVersion: { params: { name, version: "1" } },
      startTraining: { body: { dataset: name, target: "y" } },
      getJob: { params: { id: training.id } },
      watchJob: { params: { id: training.id } },
      cancelJob: { params: { id: training.id } },
      getModel: { params: { name } },
      listModelVersions: { params: { name } },
      getModelVersion: { params: { name, version: "1" } },
      getModelFile: { params: { name, version: "1" } },
      getModelLineage: { params: { name, version: "1" } },
      setModelAlias: { params: { name, alias: "a" }, body: { version: 1 } },
      getEndpoint: { params: { name } },
      deploy: { params: { name }, body: { model: name } },
      deleteEndpoint: { params: { name } },
      predict: { params: { name }, body: { rows: [] } },
      revokeKey: { params: { id: keyId } },
    }
    for (const [id, each] of Object.entries(own))
      assert.equal((await call(server, operationOf(id), each, key)).status, 404, id)
    for (const path of ["", "/ready", "/versions/1"]) {
      const headers = { authorization: `Bearer ${key}` }
      const response = await fetch(`${server.url}/v2/models/${encodeURIComponent(name)}${path}`, { headers })
      assert.equal(response.status, 404, path)
    }
    const keys = await (await call(server, operations.listKeys, {}, key)).json()
    assert.deepEqual(
      operations.listKeys.response.parse(keys).items.map((item) => item.name),
      ["other"],
    )
    assert.equal((await client.predict({ name, body: { rows: [] } })).version, 1, "the owner's serves on")
    assert.equal((await client.listKeys()).items.find(({ id }) => id === keyId)?.revokedAt, null)
  })

  await t.test("every operation answers in its status and its schema, with nothing beside", async () => {
    const { report } = await client.getModelVersion({ name, version: 1 })
    const rows = [report.example.row]
    const calls: Readonly<Record<OperationId, Call>> = {
      getServer: {},
      listDatasets: { query: "?limit=1" },
      getDataset: { params: { name } },
      listDatasetVersions: { params: { name } },
      addDatasetVersion: { params: { name }, file: smallCsv(90), query: "?filename=a.csv&header=true" },
      getDatasetVersion: { params: { name, version: "latest" } },
      startTraining: { body: { dataset: name, datasetVersion: 1, target: "kind", model: "kinds", seed: 3 } },
      listJobs: {},
      getJob: { params: { id: training.id } },
      watchJob: { params: { id: training.id } },
      cancelJob: { params: { id: training.id } },
      listModels: {},
      getModel: { params: { name } },
      listModelVersions: { params: { name } },
      getModelVersion: { params: { name, version: "1" } },
      getModelFile: { params: { name, version: "1" } },
      getModelLineage: { params: { name, version: "latest" } },
      setModelAlias: { params: { name, alias: "冠军" }, body: { version: 1 } },
      listEndpoints: {},
      getEndpoint: { params: { name } },
      deploy: { params: { name: "e" }, body: { model: name, version: 1, strict: true } },
      predict: { params: { name }, query: "?explain=true&strict=false", body: { rows } },
      deleteEndpoint: { params: { name: "e" } },
      listKeys: {},
      createKey: { body: { name: "钥匙", scopes: ["predict"], endpoints: ["e"], expiresInSeconds: 60 } },
      revokeKey: { params: { id: keyId } },
    }
    for (const [id, each] of Object.entries(calls)) {
      const operation = operationOf(id)
      const response = await call(server, operation, each, server.adminKey)
      const text = await response.text()
      assert.equal(response.status, operation.status, `${id}: ${text}`)
      if (operation.responseKind === "none") assert.equal(text, "", id)
      if (operation.responseKind === "events") assert.match(text, /^id: \d+\nevent: job\ndata: \{/, id)
      if (operation.responseKind !== "json") continue
      assert.equal(response.headers.get("content-type"), "application/json; charset=utf-8", id)
      const body = JSON.parse(text)
      // What the schema leaves out of its output is what the contract does not know.
      assert.deepEqual(operation.response.parse(body), body, id)
    }
  })

  await t.test("the file of a model has the digest and the length that the API says", async () => {
    const version = await client.getModelVersion({ name, version: 1 })
    const response = await call(
      server,
      operations.getModelFile,
      { params: { name, version: "1" } },
      server.adminKey,
    )
    const bytes = new Uint8Array(await response.arrayBuffer())
    assert.equal(createHash("sha256").update(bytes).digest("hex"), version.fileDigest)
    assert.equal(bytes.byteLength, version.byteLength)
    assert.equal(response.headers.get("etag"), `"${version.fileDigest}"`)
    assert.match(response.headers.get("content-disposition") ?? "", /UTF-8''%E6%95%B0%E6%8D%AE\.1-1\.onnx$/)
  })

  await t.test("the OpenAPI document names every operation and needs no key", async () => {
    const document = documentSchema.parse(await (await fetch(`${server.url}/openapi.json`)).json())
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    )
    assert.deepEqual(ids.sort(), [...table.keys()].sort())
  })
})

function operationOf(id: string): Operation {
  const operation = table.get(id)
  assert.ok(operation !== undefined, id)
  return operation
}

/** Names that are not given are of nothing that exists. */
function call(server: ServerForTest, operation: Operation, each: Call, key: string): Promise<Response> {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, part: string) =>
    encodeURIComponent(
      each.params?.[part] ?? { name: "absent", version: "1", id: absentId, alias: "absent" }[part] ?? "",
    ),
  )
  return fetch(`${server.url}${path}${each.query ?? ""}`, {
    method: operation.method,
    headers: key === "" ? {} : { authorization: `Bearer ${key}` },
    ...(each.file === undefined ? {} : { body: each.file }),
    ...(each.body === undefined ? {} : { body: JSON.stringify(each.body) }),
  })
}
