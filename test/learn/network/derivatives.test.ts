/** @file Whole networks against finite differences: what the operators' own tests cannot show is that layers and losses use them rightly. */
import assert from "node:assert"
import { describe, test } from "node:test"

import fc from "fast-check"

import { constant, type SymbolicTensor } from "../../../src/learn/graph/tensor.ts"
import type { ActivationName } from "../../../src/learn/network/activations.ts"
import type { ModelTensor } from "../../../src/learn/network/layer.ts"
import { Dense } from "../../../src/learn/network/layers/dense.ts"
import { Dropout } from "../../../src/learn/network/layers/dropout.ts"
import { Add, Concatenate } from "../../../src/learn/network/layers/merge.ts"
import { BatchNormalization, LayerNormalization } from "../../../src/learn/network/layers/normalization.ts"
import { Flatten, Reshape } from "../../../src/learn/network/layers/reshape.ts"
import { type Loss, lossInputOf, lossOfRows } from "../../../src/learn/network/losses.ts"
import { type Network, planNetwork, traceNetwork } from "../../../src/learn/network/trace.ts"
import { between, checkGradient, type Values, valuesOf } from "../graph/check-gradient.ts"

const width = 3

/** A network of one input of `width`, with all its parameters as inputs of the check. */
async function checkNetwork(
  layers: (x: ModelTensor) => ModelTensor,
  loss: (output: SymbolicTensor) => SymbolicTensor = (output) => output,
): Promise<void> {
  const input = { kind: "input" as const, shape: [width], type: "float32" as const, name: null }
  const network: Network = { inputs: [input], outputs: [layers(input)] }
  const { parameters } = planNetwork(network)
  await fc.assert(
    fc.asyncProperty(
      fc
        .integer({ min: 1, max: 4 })
        .chain((batch) =>
          fc.tuple(
            valuesOf([batch, width], between(-2, 2)),
            ...parameters.map(({ shape }) => valuesOf(shape, between(-1, 1))),
          ),
        ),
      async (values: readonly Values[]) => {
        const [rows = 1] = values[0]?.shape ?? []
        await checkGradient(values, ([x, ...weights]) => {
          assert(x !== undefined)
          const { outputs } = traceNetwork(network, {
            isTraining: true,
            floatType: x.type === "float32" ? "float32" : "float64",
            inputs: [x],
            parameter: (index) => weights[index] ?? assert.fail(),
            state: (_, { shape }) => zeros(x.type, shape),
            randomKey: () => constant({ type: "uint32", shape: [], data: new Uint8Array([1, 2, 3, 4]) }),
            rowNumbers: constant({
              type: "int32",
              shape: [rows],
              data: Int32Array.from({ length: rows }, (_, at) => at),
            }),
          })
          return loss(outputs[0] ?? assert.fail())
        })
      },
    ),
    { numRuns: 6 },
  )
}

describe("derivatives of layers", () => {
  // The others have kinks, which may lie anywhere here; the operators' own tests keep away from them.
  const smooth: ActivationName[] = ["linear", "gelu", "tanh", "sigmoid", "softmax", "softplus"]
  for (const activation of smooth)
    test(`Dense with ${activation}`, () =>
      checkNetwork((x) => Dense(2, { activation })(Dense(4, { activation })(x))))
  test("a skip connection, joined with what it skips", () =>
    checkNetwork((x) => {
      const h = Dense(width, { activation: "tanh" })(x)
      return Dense(1)(Concatenate()(Add()(x, h), h))
    }))
  test("Dense over the last of three axes, then flat", () =>
    checkNetwork((x) => Flatten()(Dense(2, { activation: "tanh" })(Reshape([width, 1])(x)))))
  test("LayerNormalization", () => checkNetwork((x) => LayerNormalization()(Dense(4)(x))))
  test("BatchNormalization in training, by the batch's own mean and variance", () =>
    checkNetwork((x) => BatchNormalization()(Dense(2)(x))))
  test("Dropout, with the same rows dropped", () => checkNetwork((x) => Dropout(0.5)(Dense(4)(x))))
})

describe("derivatives of losses", () => {
  const truth = (output: SymbolicTensor, values: (at: number) => number) => {
    const shape = output.shape.map(Number)
    const count = shape.reduce((product, size) => product * size, 1)
    return constant({
      type: "float64",
      shape,
      data: Float64Array.from({ length: count }, (_, at) => values(at)),
    })
  }
  const check = (loss: Loss, activation: ActivationName, values: (at: number) => number) =>
    checkNetwork(
      (x) => Dense(3, { activation })(x),
      (output) => lossOfRows(loss, truth(output, values), lossInputOf(loss, output)),
    )
  const alternating = (at: number) => at % 2
  const share = (at: number) => [0.2, 0.3, 0.5][at % 3] ?? 0
  test("meanSquaredError", () => check({ name: "meanSquaredError" }, "linear", Math.sin))
  // Errors stay on one side of each kink.
  test("meanAbsoluteError", () => check({ name: "meanAbsoluteError" }, "tanh", () => 3))
  test("huber, its square", () => check({ name: "huber", delta: 9 }, "tanh", alternating))
  test("huber, its line", () => check({ name: "huber", delta: 0.5 }, "tanh", () => 3))
  test("quantile", () => check({ name: "quantile", quantile: 0.9 }, "tanh", () => 3))
  test("poisson", () => check({ name: "poisson" }, "softplus", share))
  test("binaryCrossentropy of logits", () => check({ name: "binaryCrossentropy" }, "sigmoid", alternating))
  test("binaryCrossentropy, smoothed", () =>
    check({ name: "binaryCrossentropy", labelSmoothing: 0.1 }, "sigmoid", alternating))
  test("categoricalCrossentropy of logits", () =>
    check({ name: "categoricalCrossentropy" }, "softmax", share))
  test("categoricalCrossentropy of probabilities", () =>
    check({ name: "categoricalCrossentropy" }, "softplus", share))
  test("sparseCategoricalCrossentropy of logits", () =>
    checkNetwork(
      (x) => Dense(3, { activation: "softmax" })(x),
      (output) => {
        const rows = Number(output.shape[0])
        const data = BigInt64Array.from({ length: rows }, (_, at) => BigInt(at % 3))
        const loss: Loss = { name: "sparseCategoricalCrossentropy" }
        return lossOfRows(loss, constant({ type: "int64", shape: [rows], data }), lossInputOf(loss, output))
      },
    ))
})

function zeros(type: SymbolicTensor["type"], shape: readonly number[]): SymbolicTensor {
  const count = shape.reduce((product, size) => product * size, 1)
  return type === "float32"
    ? constant({ type, shape, data: new Float32Array(count) })
    : constant({ type: "float64", shape, data: new Float64Array(count) })
}
