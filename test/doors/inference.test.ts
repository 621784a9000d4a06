/** @file The Open Inference Protocol's JSON form against a live model, and its answers beside the native door's. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { z } from "zod"

import { addDataset, serverForTest, trainAndDeploy } from "../server.ts"
import { smallCsv } from "./harness.ts"

const errorSchema = z.strictObject({ error: z.string().min(1) })
const answerSchema = z.strictObject({
  model_name: z.string(),
  model_version: z.string(),
  id: z.string().optional(),
  outputs: z.array(
    z.strictObject({
      name: z.string(),
      datatype: z.string(),
      shape: z.array(z.int()),
      data: z.array(z.union([z.string(), z.number(), z.null()])),
    }),
  ),
})

test("the inference protocol", async (t) => {
  const server = await serverForTest(t, { environment: { QUERNSTONE_LIMIT_PREDICT_ROWS_MAX: "10" } })
  const { client, request } = server
  await addDataset(client, "sorts", smallCsv())
  await trainAndDeploy(client, "sorts", "kind")
  const model = "/v2/models/sorts"
  const infer = async (body: unknown, path = `${model}/infer`) => {
    const text = typeof body === "string" ? body : JSON.stringify(body)
    const response = await request(path, { method: "POST", body: text })
    return { status: response.status, json: await response.json() }
  }
  const numeric = (data: unknown, shape = [2, 3]) => ({ name: "numeric", shape, datatype: "FP32", data })
  const rows = [
    [1.5, 2.5, 7],
    [9.5, 0.5, 28],
  ]

  await t.test("health needs no key, everything else does", async () => {
    assert.deepEqual(await (await fetch(`${server.url}/v2/health/live`)).json(), { live: true })
    assert.deepEqual(await (await fetch(`${server.url}/v2/health/ready`)).json(), { ready: true })
    for (const path of ["/v2", model, `${model}/ready`, `${model}/versions/1`]) {
      const response = await fetch(`${server.url}${path}`)
      assert.equal(response.status, 401, path)
      errorSchema.parse(await response.json())
    }
  })

  await t.test("metadata names the server, the model, its version and its tensors", async () => {
    const metadata: unknown = await (await request("/v2")).json()
    assert.deepEqual(Object.keys(z.record(z.string(), z.unknown()).parse(metadata)), [
      "name",
      "version",
      "extensions",
    ])
    const expected = {
      name: "sorts",
      versions: ["1"],
      platform: "onnx_onnxv1",
      inputs: [{ name: "numeric", datatype: "FP32", shape: [-1, 3] }],
      outputs: [
        { name: "label", datatype: "BYTES", shape: [-1] },
        { name: "probabilities", datatype: "FP32", shape: [-1, 2] },
      ],
    }
    assert.deepEqual(await (await request(model)).json(), expected)
    assert.deepEqual(await (await request(`${model}/versions/1`)).json(), expected)
    assert.deepEqual(await (await request(`${model}/versions/1/ready`)).json(), {
      name: "sorts",
      ready: true,
    })
  })

  await t.test("flat and nested data give the answers of the native door", async () => {
    const flat = answerSchema.parse((await infer({ id: "call-1", inputs: [numeric(rows.flat())] })).json)
    const nested = answerSchema.parse((await infer({ id: "call-1", inputs: [numeric(rows)] })).json)
    assert.deepEqual(nested, flat)
    assert.deepEqual([flat.id, flat.model_name, flat.model_version], ["call-1", "sorts", "1"])
    const { predictions } = await client.predict({
      name: "sorts",
      body: { rows: rows.map(([x = 0, z = 0, y = 0]) => ({ x, z, y })) },
    })
    const [label, probabilities] = flat.outputs
    assert.deepEqual([label?.shape, probabilities?.shape], [[2], [2, 2]])
    for (const [at, prediction] of predictions.entries()) {
      assert.ok("label" in prediction)
      assert.equal(label?.data[at], prediction.label)
      assert.deepEqual(probabilities?.data.slice(2 * at, 2 * at + 2), Object.values(prediction.probabilities))
    }
  })

  await t.test("a version may be named, and only the served one", async () => {
    assert.equal((await infer({ inputs: [numeric(rows)] }, `${model}/versions/1/infer`)).status, 200)
    for (const version of ["2", "01", "latest"]) {
      const { status, json } = await infer({ inputs: [numeric(rows)] }, `${model}/versions/${version}/infer`)
      assert.equal(status, 404)
      assert.match(errorSchema.parse(json).error, /serves version 1/, "ENDPOINT_VERSION_NOT_SERVED")
    }
  })

  await t.test("only the outputs that are asked for come, in that order; no id, no id back", async () => {
    const { json } = await infer({
      inputs: [numeric(rows)],
      outputs: [{ name: "probabilities" }, { name: "label" }],
    })
    const answer = answerSchema.parse(json)
    assert.deepEqual(
      answer.outputs.map(({ name }) => name),
      ["probabilities", "label"],
    )
    assert.equal(answer.id, undefined)
  })

  await t.test("null is a missing value, and no rows have empty outputs", async () => {
    const missing = answerSchema.parse((await infer({ inputs: [numeric([null, 1, 2], [1, 3])] })).json)
    assert.equal(missing.outputs[0]?.data.length, 1)
    const none = answerSchema.parse((await infer({ inputs: [numeric([], [0, 3])] })).json)
    assert.deepEqual(
      none.outputs.map(({ shape, data }) => [shape, data]),
      [
        [[0], []],
        [[0, 2], []],
      ],
    )
  })

  await t.test("every wrong tensor is refused in a sentence that names it", async () => {
    const good = numeric(rows)
    const wrong: readonly [unknown, RegExp][] = [
      [{ inputs: [{ ...good, shape: [2, 4] }] }, /numeric.*shape is \[2, 4\].*takes \[-1, 3\]/],
      [{ inputs: [{ ...good, shape: [6] }] }, /shape is \[6\]/],
      [{ inputs: [{ ...good, shape: [-2, 3] }] }, /shape/],
      [{ inputs: [{ ...good, datatype: "FP64" }] }, /datatype is FP64, the model takes FP32/],
      [{ inputs: [{ ...good, name: "text" }] }, /no such input; it has numeric/],
      [{ inputs: [good, good] }, /given twice/],
      [{ inputs: [] }, /missing/],
      [{ inputs: [{ ...good, data: [1, 2] }] }, /has 2 values, its shape needs 6/],
      [{ inputs: [{ ...good, data: [...rows.flat(), 1] }] }, /more values/],
      [{ inputs: [{ ...good, data: ["1", 2, 3, 4, 5, 6] }] }, /expected numbers/],
      [{ inputs: [good], outputs: [{ name: "score" }] }, /no such output/],
    ]
    for (const [body, sentence] of wrong) {
      const { status, json } = await infer(body)
      assert.equal(status, 400, JSON.stringify(body))
      // The protocol's shape has no room for "TENSOR_INVALID": the sentence must do.
      assert.match(errorSchema.parse(json).error, sentence)
    }
    const deep = `{"inputs":[{"name":"numeric","shape":[1,3],"datatype":"FP32","data":${"[".repeat(50_000)}${"]".repeat(50_000)}}]}`
    assert.match(errorSchema.parse((await infer(deep)).json).error, /nested deeper/)
  })

  await t.test("what is no call has the protocol's error body too", async () => {
    const many = { inputs: [numeric(new Array(33).fill(0), [11, 3])] }
    const wrong: readonly [unknown, number][] = [
      ["", 400],
      ["{", 400],
      ["[]", 422],
      [{ inputs: {} }, 422],
      [{ inputs: [7] }, 422],
      [{ inputs: [{ name: "numeric", shape: "2", datatype: "FP32", data: [] }] }, 422],
      [{ inputs: [{ name: "numeric", shape: [1, 3], datatype: 1, data: [] }] }, 422],
      [{ inputs: [{ name: "numeric", shape: [1, 3], datatype: "FP32", data: 1 }] }, 422],
      [{ inputs: [numeric(rows)], outputs: 1 }, 422],
      [{ inputs: [numeric(rows)], id: 1 }, 422],
      [many, 413],
    ]
    for (const [body, status] of wrong) {
      const answer = await infer(body)
      assert.equal(answer.status, status, JSON.stringify(body))
      errorSchema.parse(answer.json)
    }
    assert.equal((await infer({ inputs: [] }, "/v2/models/absent/infer")).status, 404)
    assert.equal((await infer({ inputs: [] }, "/v2/models/%00/infer")).status, 404)
    const unknown = await request("/v2/repository/index")
    assert.equal(unknown.status, 404)
    errorSchema.parse(await unknown.json())
  })
})
