/** @file An unmodified tritonclient talks to the Open Inference Protocol door and hears what the native door says. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { z } from "zod"

import { addDataset, exampleFile, serverForTest, trainAndDeploy } from "../server.ts"
import { askPeer } from "./python.ts"

const saidSchema = z.object({
  live: z.literal(true),
  ready: z.literal(true),
  model_ready: z.literal(true),
  server: z.object({ name: z.literal("quernstone") }),
  model: z.object({
    name: z.literal("iris"),
    platform: z.literal("onnx_onnxv1"),
    versions: z.tuple([z.literal("1")]),
  }),
  id: z.literal("a request"),
  probabilities: z.array(z.array(z.number())),
  labels: z.array(z.string()),
  error: z.object({ status: z.literal("400"), message: z.string().regex(/shape/) }),
})

test("tritonclient: health, metadata, infer, errors", async (t) => {
  const { client, url, adminKey } = await serverForTest(t)
  await addDataset(client, "iris", await exampleFile("iris.csv"))
  await trainAndDeploy(client, "iris", "species")
  const { signature } = await client.getModelVersion({ name: "iris", version: "latest" })
  const names = signature.columns.map(({ name }) => name)
  const rows = [
    [5.1, 3.5, 1.4, 0.2],
    [6.7, 3.1, 5.6, 2.4],
  ].map((values) => Object.fromEntries(names.map((name, index) => [name, values[index] ?? 0])))
  const said = saidSchema.parse(
    await askPeer("triton.py", {
      host: new URL(url).host,
      key: adminKey,
      model: "iris",
      rows: rows.map((row) => names.map((name) => row[name])),
    }),
  )
  const { predictions } = await client.predict({ name: "iris", body: { rows } })
  assert.deepEqual(
    said.labels,
    predictions.map((prediction) => ("label" in prediction ? prediction.label : null)),
  )
  for (const [row, prediction] of predictions.entries()) {
    assert.ok("probabilities" in prediction)
    for (const [index, ours] of Object.values(prediction.probabilities).entries())
      assert.ok(Math.abs((said.probabilities[row]?.[index] ?? Number.NaN) - ours) < 1e-6)
  }
})
