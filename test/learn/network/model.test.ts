import assert from "node:assert/strict"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, type TestContext, test } from "node:test"

import { openSession } from "../../../src/engine/open-session.ts"
import { Dense } from "../../../src/learn/network/layers/dense.ts"
import { Dropout } from "../../../src/learn/network/layers/dropout.ts"
import { Embedding } from "../../../src/learn/network/layers/embedding.ts"
import { Concatenate } from "../../../src/learn/network/layers/merge.ts"
import { BatchNormalization } from "../../../src/learn/network/layers/normalization.ts"
import { Flatten } from "../../../src/learn/network/layers/reshape.ts"
import { Input, Model, type NetworkModel, Sequential } from "../../../src/learn/network/model.ts"
import { Adam, SGD } from "../../../src/learn/network/optimizers.ts"
import { arraySource } from "../../../src/learn/network/source.ts"
import { madeClasses, madeRows } from "./made-rows.ts"

const x = madeRows(200, 8)
const y = madeClasses(x)

/** Everything that training may carry from step to step: moments, moving averages, random numbers. */
function network(seed = 3): NetworkModel {
  const model = Sequential(
    [
      Dense(10, { inputDim: 8, activation: "relu" }),
      BatchNormalization(),
      Dropout(0.2),
      Dense(1, { activation: "sigmoid" }),
    ],
    { seed },
  )
  model.compile({
    loss: "binaryCrossentropy",
    optimizer: Adam({ learningRate: 0.01 }),
    metrics: ["accuracy"],
  })
  return model
}

function weightsOf(model: NetworkModel): number[] {
  return model.getWeights().flatMap(({ data }) => [...data])
}

describe("a network", () => {
  test("learns, and says how: fit, evaluate and predict agree", async () => {
    const model = network()
    const history = await model.fit(x, y, { epochs: 40, batchSize: 32 })
    const [first, last] = [history.epochs[0], history.epochs.at(-1)]
    assert.equal(history.epochs.length, 40)
    assert.equal(history.ending, "epochs")
    assert.ok((last?.loss ?? 1) < (first?.loss ?? 0) / 2, `loss from ${first?.loss} to ${last?.loss}`)
    const { loss, accuracy = 0 } = await model.evaluate(x, y)
    assert.ok(accuracy > 0.9)
    const { data, shape } = await model.predict(x)
    assert.deepEqual(shape, [200, 1])
    const right = data.filter((probability, row) => probability > 0.5 === (y[row] === 1)).length
    assert.equal(right / 200, accuracy)
    const entropy = data.reduce((sum, p, row) => sum - Math.log(y[row] === 1 ? p : 1 - p), 0) / 200
    assert.ok(Math.abs(entropy - loss) < 1e-5, `${entropy} and ${loss}`)
  })

  test("trained twice with one seed is the same to the bit, with another it is not", async () => {
    const fitted = async (seed: number) => {
      const model = network(seed)
      await model.fit(x, y, { epochs: 3, batchSize: 32 })
      return weightsOf(model)
    }
    const once = await fitted(3)
    assert.deepEqual(await fitted(3), once)
    assert.notDeepEqual(await fitted(4), once)
  })

  test("that was stopped anywhere and goes on from its checkpoint ends with the same bits", async (t) => {
    const options = { epochs: 4, batchSize: 32 }
    const whole = network()
    const history = await whole.fit(x, y, options)
    const folder = await temporaryFolder(t)
    // Stopped after every so many calls: in the middle of epochs and between them, and before the first.
    for (const calls of [0, 1, 2, 3, 5, 6]) {
      const path = join(folder, `after-${calls}.safetensors`)
      let left = calls
      const signal = {
        get aborted() {
          return left-- <= 0
        },
      }
      const stopped = await network().fit(x, y, {
        ...options,
        checkpoint: { path },
        signal: stopAfter(signal),
      })
      assert.equal(stopped.ending, "stopped")
      const resumed = network()
      const rest = await resumed.fit(x, y, { ...options, checkpoint: { path }, resume: true })
      assert.deepEqual(weightsOf(resumed), weightsOf(whole), `stopped after ${calls} calls`)
      assert.deepEqual(
        rest.epochs.map(({ loss, accuracy }) => ({ loss, accuracy })),
        history.epochs.map(({ loss, accuracy }) => ({ loss, accuracy })),
      )
    }
  })

  test("is the same to the bit on one thread and on two", async () => {
    const fitted = async (threads: number) => {
      const model = Sequential([
        Dense(256, { inputDim: 8, activation: "relu" }),
        Dense(1, { activation: "sigmoid" }),
      ])
      model.compile({ loss: "binaryCrossentropy" })
      await model.fit(x, y, { epochs: 2, batchSize: 100, threads })
      return weightsOf(model)
    }
    assert.deepEqual(await fitted(2), await fitted(1))
  })

  test("saved is an ONNX file that predicts what the network does", async (t) => {
    const model = network()
    await model.fit(x, y, { epochs: 2 })
    const path = join(await temporaryFolder(t), "model.onnx")
    await model.save(path)
    const session = await openSession(await readFile(path), { threads: 1 })
    t.after(() => session.close())
    assert.deepEqual(session.inputs, [{ name: "input", type: "float32", shape: [-1, 8] }])
    const { output } = await session.run({ input: { type: "float32", ...x } })
    assert.deepEqual(output?.data, (await model.predict(x)).data)
  })

  test("with weights set has them, layer by layer, kernel before bias, moving averages behind their scales", async () => {
    const model = network()
    assert.deepEqual(
      model.getWeights().map(({ name, shape }) => [name, shape]),
      [
        ["dense/kernel", [8, 10]],
        ["dense/bias", [10]],
        ["batchNormalization/gamma", [10]],
        ["batchNormalization/beta", [10]],
        ["batchNormalization/movingMean", [10]],
        ["batchNormalization/movingVariance", [10]],
        ["dense_1/kernel", [10, 1]],
        ["dense_1/bias", [1]],
      ],
    )
    const own = model.getWeights().map(({ data }, at) => data.map((_, place) => at + place / 100))
    model.setWeights(own)
    assert.deepEqual(
      model.getWeights().map(({ data }) => data),
      own,
    )
    assert.throws(() => model.setWeights(own.slice(1)), { code: "NETWORK_DATA" })
  })

  test("of several inputs and outputs trains on all of them", async () => {
    const numbers = Input([8], { name: "numbers" })
    const codes = Input([2], { name: "codes", type: "int64" })
    const joined = Concatenate()(numbers, Flatten()(Embedding(5, 3)(codes)))
    const hidden = Dense(16, { activation: "tanh" })(joined)
    const model = Model({
      inputs: [numbers, codes],
      outputs: [Dense(1, { activation: "sigmoid" })(hidden), Dense(1)(hidden)],
    })
    model.compile({
      loss: ["binaryCrossentropy", "meanSquaredError"],
      lossWeights: [1, 0.5],
      optimizer: Adam({ learningRate: 0.01 }),
    })
    const levels = { data: Int32Array.from({ length: 400 }, (_, at) => (at * 7) % 5), shape: [200, 2] }
    const sums = Float32Array.from(
      { length: 200 },
      (_, row) => (levels.data[2 * row] ?? 0) + (x.data[8 * row] ?? 0),
    )
    const { epochs } = await model.fit([x, levels], [y, sums], { epochs: 60 })
    assert.ok((epochs.at(-1)?.loss ?? 1) < (epochs[0]?.loss ?? 0) / 4)
    const [classes, numbersOut] = await model.predictAll([x, levels])
    assert.deepEqual(
      [classes?.shape, numbersOut?.shape],
      [
        [200, 1],
        [200, 1],
      ],
    )
  })
})

describe("training", () => {
  test("ends early when validation no longer improves, with the best weights", async () => {
    const model = network()
    // Labels without a pattern: what the network learns of them makes validation worse.
    const noise = y.map((_, row) => (row * 7919) % 2)
    const held = { x: madeRows(60, 8), y: Float32Array.from({ length: 60 }, (_, row) => (row * 31) % 2) }
    const { epochs, ending } = await model.fit(x, noise, {
      epochs: 500,
      validationData: held,
      earlyStopping: { patience: 5 },
    })
    assert.equal(ending, "earlyStopping")
    const losses = epochs.map(({ valLoss = Number.NaN }) => valLoss)
    const best = losses.indexOf(Math.min(...losses))
    assert.equal(best, losses.length - 6)
    const { loss } = await model.evaluate(held.x, held.y)
    assert.ok(Math.abs(loss - (losses[best] ?? 0)) < 1e-6)
  })

  test("holds the last rows back for validation when told a share", async () => {
    const model = network()
    const { epochs } = await model.fit(x, y, { epochs: 1, validationSplit: 0.25 })
    const rest = { data: x.data.slice(150 * 8), shape: [50, 8] }
    assert.ok(Math.abs((epochs[0]?.valLoss ?? 0) - (await model.evaluate(rest, y.slice(150))).loss) < 1e-6)
  })

  test("weighs rows and classes: a weight of 0 is a row left out of the sum", async () => {
    const plain = Sequential([Dense(1, { inputDim: 8, activation: "sigmoid" })])
    plain.compile({ loss: "binaryCrossentropy", optimizer: SGD({ learningRate: 0.5 }) })
    const start = plain.getWeights().map(({ data }) => data)
    const fitted = async (options: Parameters<NetworkModel["fit"]>[2]) => {
      plain.setWeights(start)
      await plain.fit(x, y, { epochs: 1, batchSize: 200, shuffle: false, ...options })
      return weightsOf(plain)
    }
    const byClass = await fitted({ classWeight: { 0: 0, 1: 2 } })
    const byRow = await fitted({ sampleWeight: y.map((value) => 2 * value) })
    assert.deepEqual(byClass, byRow)
    assert.notDeepEqual(byClass, await fitted({}))
  })

  test("on windows of a source sees all their rows once an epoch", async () => {
    const part = (from: number, to: number) => ({
      rowCount: to - from,
      inputs: [{ type: "float32" as const, shape: [to - from, 8], data: x.data.subarray(from * 8, to * 8) }],
      targets: [{ type: "float32" as const, shape: [to - from, 1], data: y.subarray(from, to) }],
      weights: null,
    })
    const source = {
      rowCount: 200,
      windows: async function* (_: number, from: number) {
        yield* [part(0, 90), part(90, 200)].slice(from)
      },
      close: async () => {},
    }
    const [inWindows, whole] = [network(), network()]
    const { epochs } = await inWindows.fit(source, { epochs: 2, batchSize: 30, shuffle: false })
    const same = await whole.fit(arraySource(part(0, 200)), { epochs: 2, batchSize: 30, shuffle: false })
    // 90 rows are three batches, so that both see the same batches in the same order.
    for (const [epoch, { loss }] of epochs.entries())
      assert.ok(Math.abs(loss - (same.epochs[epoch]?.loss ?? 0)) < 1e-6)
    assert.deepEqual(weightsOf(inWindows), weightsOf(whole))
  })

  test("halves the rate once when the loss is no number any more, then gives up and keeps the last good weights", async () => {
    const model = Sequential([Dense(4, { inputDim: 8, activation: "relu" }), Dense(1)])
    model.compile({ loss: "meanSquaredError", optimizer: SGD({ learningRate: 1e12 }) })
    await assert.rejects(model.fit(x, y, { epochs: 50 }), { code: "NETWORK_DIVERGED" })
    assert.ok(weightsOf(model).every(Number.isFinite))
  })

  test("refuses data that are not finite, of other shapes, or missing, before it begins", async () => {
    const model = network()
    const broken = { ...x, data: x.data.map((value, at) => (at === 83 ? Number.NaN : value)) }
    await assert.rejects(model.fit(broken, y), {
      code: "NETWORK_DATA_NOT_FINITE",
      parameters: { name: "input 0", row: 10 },
    })
    await assert.rejects(model.fit(x, y.slice(1)), { code: "NETWORK_DATA" })
    await assert.rejects(model.fit(madeRows(200, 7), y), { code: "NETWORK_DATA" })
    await assert.rejects(model.fit([[1, 2], [3]], [1, 0]), { code: "NETWORK_DATA" })
    await assert.rejects(model.fit(x, y, { epochs: 0 }), { code: "NETWORK_SETTING" })
    await assert.rejects(model.fit(x, y, { validationSplit: 2 }), { code: "NETWORK_SETTING" })
    await assert.rejects(Sequential([Dense(1, { inputDim: 8 })]).fit(x, y), { code: "NETWORK_NOT_COMPILED" })
  })

  test("refuses a checkpoint of another network, and one that is damaged", async (t) => {
    const path = join(await temporaryFolder(t), "checkpoint.safetensors")
    await network().fit(x, y, { epochs: 1, checkpoint: { path } })
    const other = network(4)
    await assert.rejects(other.fit(x, y, { epochs: 1, checkpoint: { path }, resume: true }), {
      code: "CHECKPOINT_UNFIT",
    })
  })
})

test("layers that do not fit together are refused when the model is made", () => {
  const [a, b] = [Input([3]), Input([4])]
  assert.throws(() => Model({ inputs: [a, b], outputs: [Concatenate({ axis: 0 })(a, b)] }), {
    code: "GRAPH_SHAPE",
  })
  assert.throws(() => Model({ inputs: [a], outputs: [Dense(1)(b)] }), { code: "NETWORK_INPUT" })
})

/** An AbortSignal whose `aborted` is read from elsewhere. */
function stopAfter(state: { readonly aborted: boolean }): AbortSignal {
  return Object.defineProperty(new AbortController().signal, "aborted", { get: () => state.aborted })
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "quernstone-network-"))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}
