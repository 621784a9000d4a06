/** @file What `compile` and `fit` refuse of settings that would do something else than they seem to, and what early stopping makes of them. */
import assert from "node:assert/strict"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, test } from "node:test"

import { Dense } from "../../../src/learn/network/layers/dense.ts"
import { Input, Model, type NetworkModel, Sequential } from "../../../src/learn/network/model.ts"
import type { History } from "../../../src/learn/network/model-options.ts"
import { Adam, SGD } from "../../../src/learn/network/optimizers.ts"
import { arraySource } from "../../../src/learn/network/source.ts"

const x = [[1], [2], [3], [4], [5]]
const y = [2, 4, 6, 8, 10]

function line(learningRate = 0.01): NetworkModel {
  const model = Sequential([Dense(1, { inputDim: 1 })])
  model.compile({ loss: "meanSquaredError", optimizer: SGD({ learningRate }) })
  return model
}

describe("compile", () => {
  test("refuses two kinds of clipping, as Keras does", () => {
    const model = line()
    assert.throws(() => model.compile({ loss: "huber", optimizer: Adam({ clipNorm: 1, clipValue: 1 }) }), {
      code: "NETWORK_SETTING",
      parameters: { name: "clipping", got: "clipNorm and clipValue", expected: "one of them" },
    })
  })

  test("refuses a list of losses that is shorter than that of outputs", async () => {
    const input = Input([1])
    const model = Model({ inputs: [input], outputs: [Dense(1)(input), Dense(1)(input)] })
    model.compile({ loss: ["meanSquaredError"] })
    await assert.rejects(model.fit(x, [y, y]), { code: "NETWORK_SETTING" })
    model.compile({ loss: "meanSquaredError" })
    assert.equal((await model.fit(x, [y, y])).epochs.length, 1)
  })
})

describe("fit", () => {
  test("with no patience goes on while the loss falls", async () => {
    const { epochs, ending } = await line().fit(x, y, { epochs: 5, earlyStopping: { patience: 0 } })
    assert.equal(epochs.length, 5)
    assert.equal(ending, "epochs")
    const away = await line(0.2).fit(x, y, { epochs: 5, earlyStopping: { patience: 0 } })
    assert.equal(away.ending, "earlyStopping")
    assert.equal(away.epochs.length, 2)
  })

  test("again sees the rows in other orders, and the same ones once more after compile", async () => {
    const model = line()
    const start = model.getWeights().map(({ data }) => data)
    const fitted = async () => {
      model.setWeights(start)
      await model.fit(x, y, { batchSize: 2 })
      return model.getWeights().map(({ data }) => data)
    }
    const first = await fitted()
    assert.notDeepEqual(await fitted(), first)
    model.compile({ loss: "meanSquaredError", optimizer: SGD({ learningRate: 0.01 }) })
    assert.deepEqual(await fitted(), first)
  })

  test("resumed after early stopping had ended it is at its end, and with more epochs goes on from its last weights", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "quernstone-settings-"))
    t.after(() => rm(folder, { recursive: true }))
    const checkpoint = { path: join(folder, "checkpoint.safetensors") }
    const weightsOf = (model: NetworkModel) => model.getWeights().map(({ data }) => data)
    // The rate is too high: no epoch is better than the first.
    const ended = line(0.2)
    const options = { epochs: 9, earlyStopping: { patience: 2 }, checkpoint }
    assert.equal((await ended.fit(x, y, options)).ending, "earlyStopping")
    const again = line(0.2)
    const { ending, epochs } = await again.fit(x, y, { ...options, resume: true })
    assert.equal(ending, "earlyStopping")
    assert.equal(epochs.length, 3)
    assert.deepEqual(weightsOf(again), weightsOf(ended))

    const patient = { epochs: 4, earlyStopping: { patience: 5 } }
    const lossesOf = ({ epochs: all }: History) => all.map(({ loss }) => loss)
    const whole = await line(0.2).fit(x, y, patient)
    await line(0.2).fit(x, y, { ...patient, epochs: 2, checkpoint })
    const rest = await line(0.2).fit(x, y, { ...patient, checkpoint, resume: true })
    assert.equal(rest.epochs.length, 4)
    assert.deepEqual(lossesOf(rest), lossesOf(whole))
  })

  test("refuses validation rows that are not finite: no epoch could be told from another", async () => {
    const validationData = { x: [[1], [2]], y: [1, Number.NaN] }
    await assert.rejects(line().fit(x, y, { validationData }), {
      code: "NETWORK_DATA_NOT_FINITE",
      parameters: { name: "validation target 0", row: 1 },
    })
  })

  test("refuses classes that the output does not have, and says where, in validation and evaluation too", async () => {
    const model = Sequential([Dense(3, { inputDim: 1, activation: "softmax" })])
    model.compile({ loss: "sparseCategoricalCrossentropy" })
    const wrong = { code: "NETWORK_DATA" }
    await assert.rejects(model.fit(x, [0, 1, 2, -1, 0]), (error) => {
      assert.match(String(error), /target 0 holds class -1 in row 3, but the output has the classes 0 to 2/)
      return true
    })
    await assert.rejects(model.fit(x, [0, 1, 2, 3, 0]), wrong)
    await assert.rejects(model.fit(x, [0, 1, 2, 1, 0], { validationData: { x: [[1]], y: [3] } }), wrong)
    await assert.rejects(model.evaluate(x, [0, 1, 2, 3, 0]), wrong)
  })

  test("tells rows from numbers when one row is not a list of one", async () => {
    const model = Sequential([Dense(1, { inputDim: 2 })])
    await assert.rejects(model.predict([1, 2]), (error) => {
      assert.match(String(error), /x is \[2\]: rows of one number, but rows of \[2\] are wanted/)
      return true
    })
  })

  test("refuses to watch the loss of validation without any", async () => {
    const earlyStopping = { patience: 1, monitor: "valLoss" } as const
    await assert.rejects(line().fit(x, y, { earlyStopping }), { code: "NETWORK_SETTING" })
  })

  test("on a source refuses what only arrays can have", async () => {
    const source = arraySource({
      rowCount: 5,
      inputs: [{ type: "float32", shape: [5, 1], data: Float32Array.from(x.flat()) }],
      targets: [{ type: "float32", shape: [5, 1], data: Float32Array.from(y) }],
      weights: null,
    })
    for (const options of [
      { validationSplit: 0.2 },
      { sampleWeight: [1, 1, 1, 1, 1] },
      { classWeight: { 0: 2 } },
    ])
      await assert.rejects(line().fit(source, options), { code: "NETWORK_SETTING" })
    assert.equal((await line().fit(source)).epochs.length, 1)
  })

  test("holds back for validation the share that Keras does, rounded up to whole rows", async () => {
    const model = line()
    const start = model.getWeights().map(({ data }) => data)
    // 0.3 of five rows are one and a half: three stay to be trained on.
    await model.fit(x, y, { validationSplit: 0.3, shuffle: false })
    const split = model.getWeights().map(({ data }) => data)
    const alone = line()
    alone.setWeights(start)
    await alone.fit(x.slice(0, 3), y.slice(0, 3), { shuffle: false })
    assert.deepEqual(
      alone.getWeights().map(({ data }) => data),
      split,
    )
  })
})
