/** @file What the compiler refuses in the published face: each line after an @ts-expect-error would be an error of the build if it were accepted. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { Activation, Adam, Dense, Input, Model, Sequential, SGD } from "quernstone/learn"

test("a wrong name is an error of the compiler, in code that nobody runs", () => {
  assert.equal(typeof refusedByTheCompiler, "function")
})

export function refusedByTheCompiler(): void {
  // @ts-expect-error: no such activation
  Dense(1, { activation: "rleu" })
  // @ts-expect-error: Keras's spelling
  Activation("leaky_relu")
  // @ts-expect-error: a slope is the setting of leakyRelu
  Activation({ name: "elu", slope: 0.1 })
  // @ts-expect-error: no such initializer
  Dense(1, { kernelInitializer: "glorot_uniform" })
  // @ts-expect-error: no such option
  Dense(1, { input_dim: 8 })
  // @ts-expect-error: no such setting
  Adam({ beta_1: 0.9 })
  // @ts-expect-error: no such form
  SGD({ form: "tensorflow" })

  const model = Sequential([Dense(1, { inputDim: 1 })])
  // @ts-expect-error: the loss is missing
  model.compile({ optimizer: "adam" })
  // @ts-expect-error: no such loss
  model.compile({ loss: "mse" })
  // @ts-expect-error: no such loss among several
  model.compile({ loss: ["meanSquaredError", "mae"] })
  // @ts-expect-error: no such optimizer
  model.compile({ loss: "meanSquaredError", optimizer: "Adam" })
  // @ts-expect-error: no such metric
  model.compile({ loss: "meanSquaredError", metrics: ["auc"] })
  // @ts-expect-error: no such schedule
  model.compile({ loss: "meanSquaredError", schedule: { kind: "exponential" } })
  // @ts-expect-error: everyEpochs and factor are missing
  model.compile({ loss: "meanSquaredError", schedule: { kind: "step" } })

  const [x, y] = [[[1]], [1]]
  // @ts-expect-error: no such option
  void model.fit(x, y, { batch_size: 32 })
  // @ts-expect-error: rows are numbers
  void model.fit([["1"]], y)
  // @ts-expect-error: early stopping needs a patience
  void model.fit(x, y, { earlyStopping: {} })
  // @ts-expect-error: no such metric in a history
  void model.fit(x, y, { onEpochEnd: ({ val_loss }) => assert(val_loss) })
  // @ts-expect-error: inputs are a list
  Model({ inputs: Input([1]), outputs: [] })
}
