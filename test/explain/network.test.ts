/** @file Explanations of networks: additive, by raw column, exact where the network is linear, and nothing for a column that it ignores. */
import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"

import { openSession } from "../../src/engine/open-session.ts"
import type { Tensor } from "../../src/engine/session.ts"
import { canExplain, explain } from "../../src/explain/explain.ts"
import type { TrainingData } from "../../src/learn/learner.ts"
import {
  defaultNetworkSettings,
  type FittedNetwork,
  fitNetwork,
  type NetworkSettings,
} from "../../src/learn/network.ts"
import { createGraphBuilder } from "../../src/onnx/builder.ts"
import { decodeModel, encodeModel } from "../../src/onnx/codec.ts"
import type { Model } from "../../src/onnx/model.ts"
import { assertWithin } from "../learn/data.ts"
import { signatureOf } from "./signature-of.ts"

const rowCount = 240
const levelCount = 5
/** Two numbers and a category; column "c" comes before its feature's place. */
const columns = ["c", "a", "b"]
const features = [
  { column: "a", name: "a" },
  { column: "b", name: "b" },
  { column: "c", name: "c" },
]

function made(target: (a: number, b: number, c: number) => number): TrainingData {
  const values = Float32Array.from({ length: rowCount * 3 }, (_, at) =>
    at % 3 === 2 ? Math.floor(at / 3) % levelCount : Math.sin(12.9898 * at + 0.003 * at * at),
  )
  const row = (at: number, feature: number) => values[3 * at + feature] ?? 0
  return {
    rowCount,
    featureCount: 3,
    features: values,
    target: {
      kind: "number",
      values: Float64Array.from({ length: rowCount }, (_, at) => target(row(at, 0), row(at, 1), row(at, 2))),
    },
    weights: null,
    categories: [{ feature: 2, levelCount }],
  }
}

async function fitted(data: TrainingData, settings: Partial<NetworkSettings> = {}): Promise<FittedNetwork> {
  const network = await fitNetwork(data, {
    ...defaultNetworkSettings,
    layers: [16],
    dropout: 0,
    epochs: 60,
    patience: null,
    ...settings,
  })
  assert.ok(network)
  return network
}

async function modelFile(network: FittedNetwork, classes: readonly string[] | null): Promise<Model> {
  const builder = createGraphBuilder()
  const input = builder.input("features", "float32", ["batch", 3])
  const output = network.emit(builder.prefix("m0/"), input)
  builder.output(output, "result", "float32", classes === null ? ["batch"] : ["batch", classes.length])
  const signature = signatureOf(columns, classes)
  return builder.build({
    name: "network",
    metadata: {
      "quernstone.signature": JSON.stringify(signature),
      "quernstone.features": JSON.stringify(features),
      ...(await network.metadata?.()),
    },
  })
}

async function explained(t: TestContext, model: Model, data: TrainingData) {
  const session = await openSession(encodeModel(explain(decodeModel(encodeModel(model)))), { threads: 1 })
  t.after(() => session.close())
  const { contributions, baseline, score, result } = await session.run({
    features: { type: "float32", shape: [rowCount, 3], data: data.features },
  })
  return {
    contributions: floats(contributions),
    baseline: floats(baseline),
    score: floats(score),
    result: floats(result),
  }
}

function floats(tensor: Tensor | undefined): Float32Array {
  assert.ok(tensor?.type === "float32")
  return tensor.data
}

/** Baseline plus contributions is the score, row by row and output by output. */
function assertAdditive(outputs: Awaited<ReturnType<typeof explained>>, outputCount: number) {
  for (let row = 0; row < rowCount; row++)
    for (let output = 0; output < outputCount; output++) {
      let sum = outputs.baseline[output] ?? Number.NaN
      for (const place of columns.keys())
        sum += outputs.contributions[(row * columns.length + place) * outputCount + output] ?? Number.NaN
      assertWithin(sum, outputs.score[row * outputCount + output] ?? Number.NaN, 1e-4, `row ${row}`)
    }
}

test("contributions of columns add up to the score, which is the prediction", async (t) => {
  const data = made((a, b, c) => 10 + 3 * a * b + (c === 2 ? 4 : 0))
  const network = await fitted(data)
  const model = await modelFile(network, null)
  assert.equal(canExplain(model), true)
  const outputs = await explained(t, model, data)
  assertAdditive(outputs, 1)
  assert.deepEqual(outputs.result, outputs.score)
  assert.deepEqual(Float64Array.from(outputs.result), await network.predict(data.features, rowCount))
})

for (const classes of [
  ["no", "yes"],
  ["x", "y", "z"],
])
  test(`contributions of ${classes.length} classes add up to their margins`, async (t) => {
    const data = made((a, b, c) => a + b + c / 4)
    assert.ok(data.target.kind === "number")
    const values = Int32Array.from(data.target.values, (value) =>
      Math.min(Math.max(Math.floor(value + 0.5), 0), classes.length - 1),
    )
    const labelled: TrainingData = {
      ...data,
      target: { kind: "classes", values, classCount: classes.length },
    }
    const model = await modelFile(await fitted(labelled), classes)
    const outputCount = classes.length === 2 ? 1 : classes.length
    const outputs = await explained(t, model, labelled)
    assertAdditive(outputs, outputCount)
    if (outputCount === 1)
      for (const [row, score] of outputs.score.entries())
        assertWithin(outputs.result[2 * row + 1] ?? Number.NaN, 1 / (1 + Math.exp(-score)), 1e-5)
  })

test("of a network without hidden layers they are weight times the distance from the mean, exactly", async (t) => {
  const data = made((a, b) => 2 * a - b)
  const outputs = await explained(
    t,
    await modelFile(await fitted(data, { layers: [], epochs: 200 }), null),
    data,
  )
  const at = (row: number, column: string) =>
    outputs.contributions[row * columns.length + columns.indexOf(column)] ?? 0
  const slope = (at(1, "a") - at(0, "a")) / ((data.features[3] ?? 0) - (data.features[0] ?? 0))
  for (let row = 2; row < rowCount; row++)
    assertWithin(
      at(row, "a") - at(0, "a"),
      slope * ((data.features[3 * row] ?? 0) - (data.features[0] ?? 0)),
      1e-4,
    )
  const mean =
    Array.from({ length: rowCount }, (_, row) => at(row, "b")).reduce((sum, value) => sum + value, 0) /
    rowCount
  assertWithin(mean, 0, 1e-4)
})

test("a file without the metadata of a network cannot be explained", async () => {
  const model = await modelFile(
    await fitted(
      made((a) => a),
      { epochs: 1 },
    ),
    null,
  )
  for (const key of Object.keys(model.metadata)) {
    const { [key]: _, ...metadata } = model.metadata
    assert.equal(canExplain({ ...model, metadata }), false, key)
  }
  const broken = {
    ...model.metadata,
    "quernstone.network": JSON.stringify({ featureOfValue: [9], baseline: [0] }),
  }
  assert.equal(canExplain({ ...model, metadata: broken }), false)
})
