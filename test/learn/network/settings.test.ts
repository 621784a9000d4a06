/** @file What `compile` and `fit` refuse of settings that would do something else than they seem to, and what early stopping makes of them. */
import assert from "node:assert/strict"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, test } from "node:test"

import { isFault } from "../../../src/base/errors.ts"
import { defineLayer } from "../../../src/learn/network/layer.ts"
import { Activation } from "../../../src/learn/network/layers/activation.ts"
import { Dense } from "../../../src/learn/network/layers/dense.ts"
import { Dropout } from "../../../src/learn/network/layers/dropout.ts"
import { Embedding } from "../../../src/learn/network/layers/embedding.ts"
import { BatchNormalization, LayerNormalization } from "../../../src/learn/network/layers/normalization.ts"
import { Input, Model, type NetworkModel, Sequential } from "../../../src/learn/network/model.ts"
import type { History } from "../../../src/learn/network/model-options.ts"
import { Adam, AdamW, RMSprop, SGD } from "../../../src/learn/network/optimizers.ts"
import { L1 } from "../../../src/learn/network/regularizers.ts"
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

/** What JavaScript lets through: no type checker has seen these. */
describe("settings that are none, or out of bounds, are refused where they are given, by their names", () => {
  const compiled = (options: unknown) => () => {
    const model = line()
    Reflect.apply(model.compile, model, [options])
  }
  const layer =
    (make: unknown, ...given: readonly unknown[]) =>
    () => {
      assert.ok(typeof make === "function")
      Reflect.apply(make, undefined, given)
    }
  const loss = "meanSquaredError"
  const refused: readonly (readonly [name: string, act: () => void])[] = [
    ["units", layer(Dense, 0)],
    ["units", layer(Dense, 2.5)],
    ["activation", layer(Dense, 1, { activation: "sigmoyd" })],
    ["activation", layer(Dense, 1, { activation: { name: "elu", alpha: -1 } })],
    ["activation", layer(Activation, "Relu")],
    ["kernelInitializer", layer(Dense, 1, { kernelInitializer: "he" })],
    ["kernelRegularizer.l2", layer(Dense, 1, { kernelRegularizer: { l2: -1 } })],
    ["inputdim", layer(Dense, 1, { inputdim: 8 })],
    ["l1", layer(L1, Number.NaN)],
    ["outputDim", layer(Embedding, 5, 0)],
    ["rate", layer(Dropout, 1)],
    ["momentum", layer(BatchNormalization, { momentum: 1 })],
    ["epsilon", layer(LayerNormalization, { epsilon: 0 })],
    ["shape.0", layer(Input, [0])],
    ["layers", layer(Sequential, [])],
    ["learningRate", layer(Adam, { learningRate: 0 })],
    ["beta2", layer(Adam, { beta2: 1 })],
    ["learning_rate", layer(SGD, { learning_rate: 1 })],
    ["weightDecay", layer(AdamW, { weightDecay: -1 })],
    ["rho", layer(RMSprop, { rho: 2 })],
    ["loss", compiled({})],
    ["loss.name", compiled({ loss: "mse" })],
    ["loss.quantile", compiled({ loss: { name: "quantile", quantile: 1 } })],
    ["loss.delta", compiled({ loss: [{ name: "huber", delta: 0 }] })],
    ["optimizer", compiled({ loss, optimizer: "adamm" })],
    ["metrics.0", compiled({ loss, metrics: ["auc"] })],
    ["schedule.kind", compiled({ loss, schedule: { kind: "cos" } })],
    ["schedule.factor", compiled({ loss, schedule: { kind: "step", everyEpochs: 1, factor: 0 } })],
    ["regularizer.l3", compiled({ loss, regularizer: { l3: 1 } })],
    ["lossWeights.0", compiled({ loss, lossWeights: [-1] })],
  ]
  for (const [at, [name, act]] of refused.entries())
    test(`${name}, case ${at}`, () => {
      assert.throws(act, (error) => {
        assert.ok(isFault(error, "NETWORK_SETTING"))
        assert.equal(error.parameters.name, name)
        return true
      })
    })

  const fits: readonly (readonly [name: string, options: object])[] = [
    ["epochs", { epochs: 0 }],
    ["batch_size", { batch_size: 2 }],
    ["threads", { threads: 0 }],
    ["validationSplit", { validationSplit: 1 }],
    ["earlyStopping.patience", { earlyStopping: { patience: -1 } }],
    ["earlyStopping.monitor", { earlyStopping: { patience: 1, monitor: "val_loss" } }],
    ["checkpoint.every", { checkpoint: { path: "x", every: 1 } }],
  ]
  for (const [name, options] of fits)
    test(`${name} of fit`, async () => {
      await assert.rejects(line().fit(x, y, options), (error) => {
        assert.ok(isFault(error, "NETWORK_SETTING"))
        assert.equal(error.parameters.name, name)
        return true
      })
    })
})

test("a parameter that no loss depends on is refused by its name", async () => {
  const idle = defineLayer({
    kind: "idle",
    forward: ([input], context) => {
      context.parameter("unused", { shape: [2], initializer: "ones" })
      return input ?? assert.fail()
    },
  })
  const model = Sequential([Dense(1, { inputDim: 1 }), idle])
  model.compile({ loss: "meanSquaredError" })
  await assert.rejects(model.fit(x, y), (error) => {
    assert.ok(isFault(error, "NETWORK_SETTING"))
    assert.equal(error.parameters.name, "idle/unused")
    return true
  })
})

test("classes that are no share of 0 and 1 are refused with their row", async () => {
  const model = Sequential([Dense(1, { inputDim: 1, activation: "sigmoid" })])
  model.compile({ loss: "binaryCrossentropy" })
  await assert.rejects(model.fit(x, [0, 1, 2, 0, 1]), (error) => {
    assert.ok(isFault(error, "NETWORK_DATA"))
    assert.match(String(error.parameters.reason), /holds 2 in row 2/)
    return true
  })
})

test("a checkpoint that cannot be written is told before training, and the weights stay as they were", async () => {
  const model = line()
  const start = model.getWeights().map(({ data }) => data)
  const path = join(tmpdir(), "no-such-folder-of-quernstone", "checkpoint.safetensors")
  await assert.rejects(model.fit(x, y, { epochs: 3, checkpoint: { path } }), { code: "CHECKPOINT_UNWRITTEN" })
  assert.deepEqual(
    model.getWeights().map(({ data }) => data),
    start,
  )
})
