/** @file Explanations of linear models: exact, additive, by raw column, and only of files that have what they need. */
import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"

import { openSession } from "../../src/engine/open-session.ts"
import type { Tensor } from "../../src/engine/session.ts"
import { canExplainLinear as canExplain, explainLinear } from "../../src/explain/linear.ts"
import { fitConstant } from "../../src/learn/constant.ts"
import type { FittedLearner, TrainingData } from "../../src/learn/learner.ts"
import { type FittedLinear, fitLinear } from "../../src/learn/linear.ts"
import { createGraphBuilder } from "../../src/onnx/builder.ts"
import { decodeModel, encodeModel } from "../../src/onnx/codec.ts"
import type { Model } from "../../src/onnx/model.ts"
import { assertWithin, randomTrainingData } from "../learn/data.ts"
import { signatureOf } from "./signature-of.ts"

const featureCount = 5
/** Column "b" has two features that do not lie together; "c" has none; the signature's order is not the features'. */
const columnOfFeature = ["b", "a", "d", "b", "a"]
const columns = ["a", "b", "c", "d"]

for (const classCount of [null, 2, 3])
  test(`contributions of ${classCount ?? "no"} classes are weight * (feature - mean) by column and add up to the score`, async (t) => {
    const data = randomTrainingData({ rowCount: 40, featureCount, classCount, seed: 8 })
    const learner = fitted(data)
    const served = modelFile(data, learner)
    assert.equal(canExplain(served), true)
    const explained = decodeModel(encodeModel(explainLinear(served)))
    const outputs = await run(t, explained, data)
    const outputCount = learner.intercept.length
    const contributions = floats(outputs.contributions, [40, columns.length, outputCount])
    const baseline = floats(outputs.baseline, [outputCount])
    const scores = floats(outputs.score, [40, outputCount])
    const means = featureMeans(data)
    for (let row = 0; row < 40; row++)
      for (let output = 0; output < outputCount; output++) {
        let sum = baseline[output] ?? 0
        for (const [place, column] of columns.entries()) {
          const got = contributions[(row * columns.length + place) * outputCount + output] ?? Number.NaN
          let expected = 0
          for (const [feature, of] of columnOfFeature.entries())
            if (of === column)
              expected +=
                (learner.weights[feature * outputCount + output] ?? 0) *
                ((data.features[row * featureCount + feature] ?? 0) - (means[feature] ?? 0))
          assertWithin(got, expected, 1e-5, `row ${row}, column ${column}`)
          sum += got
        }
        assertWithin(sum, scores[row * outputCount + output] ?? Number.NaN, 1e-5, `row ${row}`)
      }
    const direct = await run(t, served, data)
    assert.deepEqual(outputs.result, direct.result, "what the file served before is the same to the bit")
  })

test("the score of two classes is the margin of class 1", async (t) => {
  const data = randomTrainingData({ rowCount: 10, featureCount, classCount: 2, seed: 5 })
  const learner = fitted(data)
  const outputs = await run(t, explainLinear(modelFile(data, learner)), data)
  const scores = floats(outputs.score, [10, 1])
  const probabilities = learner.predict(data.features, 10)
  for (const [row, score] of scores.entries())
    assertWithin(1 / (1 + Math.exp(-score)), probabilities[2 * row + 1] ?? Number.NaN, 1e-6)
})

test("files without a linear model, with two, or with wrong metadata cannot be explained", () => {
  const data = randomTrainingData({ rowCount: 30, featureCount, classCount: 2, seed: 5 })
  const learner = fitted(data)
  const good = modelFile(data, learner)
  assert.equal(canExplain(modelFile(data, fitConstant(data))), false)
  assert.equal(canExplain(modelFile(data, learner, ["m0/", "m1/"])), false)
  for (const [key, value] of [
    ["quernstone.feature_means", "[1, 2]"],
    ["quernstone.feature_means", "not JSON"],
    ["quernstone.features", JSON.stringify(columnOfFeature.map(() => ({ column: "z", name: "z" })))],
    ["quernstone.signature", "{}"],
  ] as const)
    assert.equal(
      canExplain({ ...good, metadata: { ...good.metadata, [key]: value } }),
      false,
      `${key} ${value}`,
    )
  const { "quernstone.signature": _, ...withoutSignature } = good.metadata
  assert.equal(canExplain({ ...good, metadata: withoutSignature }), false)
  assert.equal(canExplain(good), true)
})

function fitted(data: TrainingData): FittedLinear {
  const learner = fitLinear(data, { penalty: 1, l1Ratio: 0 })
  assert.ok(learner !== null)
  return learner
}

function modelFile(data: TrainingData, learner: FittedLearner, prefixes: readonly string[] = ["m0/"]): Model {
  const builder = createGraphBuilder()
  const input = builder.input("numeric", "float32", ["batch", featureCount])
  const results = prefixes.map((prefix) => learner.emit(builder.prefix(prefix), input))
  const { target } = data
  builder.output(
    results[0] ?? "",
    "result",
    "float32",
    target.kind === "number" ? ["batch"] : ["batch", target.classCount],
  )
  return builder.build({
    name: "test",
    metadata: {
      "quernstone.signature": JSON.stringify(signatureOf(columns, classesOf(data))),
      "quernstone.features": JSON.stringify(
        columnOfFeature.map((column, at) => ({ column, name: `${column}${at}` })),
      ),
      "quernstone.feature_means": JSON.stringify(featureMeans(data)),
    },
  })
}

function classesOf({ target }: TrainingData): string[] | null {
  return target.kind === "number" ? null : Array.from({ length: target.classCount }, (_, at) => `c${at}`)
}

function featureMeans({ features, rowCount }: TrainingData): number[] {
  return Array.from({ length: featureCount }, (_, feature) => {
    let sum = 0
    for (let row = 0; row < rowCount; row++) sum += features[row * featureCount + feature] ?? 0
    return sum / rowCount
  })
}

async function run(t: TestContext, model: Model, { features, rowCount }: TrainingData) {
  const session = await openSession(encodeModel(model), { threads: 1 })
  t.after(() => session.close())
  return session.run({ numeric: { type: "float32", shape: [rowCount, featureCount], data: features } })
}

function floats(tensor: Tensor | undefined, shape: readonly number[]): Float32Array {
  assert.ok(tensor?.type === "float32")
  assert.deepEqual(tensor.shape, shape)
  return tensor.data
}
