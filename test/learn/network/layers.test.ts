/** @file Activations and layers beside Keras's figures, forward and backward. */
import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { z } from "zod"

import { gradients } from "../../../src/learn/graph/gradient.ts"
import { constant, placeholder, type SymbolicTensor } from "../../../src/learn/graph/tensor.ts"
import { type Activation, activate } from "../../../src/learn/network/activations.ts"
import type { Layer, ModelTensor } from "../../../src/learn/network/layer.ts"
import { Dense } from "../../../src/learn/network/layers/dense.ts"
import { Embedding } from "../../../src/learn/network/layers/embedding.ts"
import { Add, Concatenate } from "../../../src/learn/network/layers/merge.ts"
import { BatchNormalization, LayerNormalization } from "../../../src/learn/network/layers/normalization.ts"
import { Flatten, Reshape } from "../../../src/learn/network/layers/reshape.ts"
import { type Network, traceNetwork } from "../../../src/learn/network/trace.ts"
import { arraySchema, readFixture } from "./fixtures.ts"
import { assertNear, floats } from "./near.ts"
import { runTensors } from "./run-tensors.ts"

const layersFixture = readFixture(
  "layers.json",
  z.object({
    activations: z.array(
      z.object({
        activation: z.enum([
          "linear",
          "relu",
          "leakyRelu",
          "elu",
          "gelu",
          "tanh",
          "sigmoid",
          "softmax",
          "softplus",
        ]),
        settings: z.object({
          slope: z.number().optional(),
          alpha: z.number().optional(),
          approximate: z.enum(["none", "tanh"]).optional(),
        }),
        input: arraySchema,
        output: arraySchema,
        upstream: arraySchema,
        inputGradients: z.array(arraySchema),
      }),
    ),
    layers: z.array(
      z.object({
        layer: z.enum([
          "Dense",
          "Embedding",
          "LayerNormalization",
          "Concatenate",
          "Add",
          "Flatten",
          "Reshape",
        ]),
        settings: z.object({
          units: z.number().optional(),
          activation: z.enum(["tanh", "softmax"]).exactOptional(),
          useBias: z.boolean().exactOptional(),
          inputDim: z.number().optional(),
          outputDim: z.number().optional(),
          epsilon: z.number().exactOptional(),
          axis: z.number().exactOptional(),
          shape: z.array(z.number()).optional(),
        }),
        inputs: z.array(arraySchema),
        weights: z.array(arraySchema),
        output: arraySchema,
        upstream: arraySchema,
        inputGradients: z.array(arraySchema.nullable()),
        weightGradients: z.array(arraySchema),
      }),
    ),
    batchNormalization: z.array(
      z.object({
        settings: z.object({ momentum: z.number().exactOptional(), epsilon: z.number().exactOptional() }),
        training: z.array(
          z.object({
            input: arraySchema,
            weights: z.array(arraySchema),
            output: arraySchema,
            upstream: arraySchema,
            inputGradients: z.array(arraySchema),
            weightGradients: z.array(arraySchema),
            movingMean: arraySchema,
            movingVariance: arraySchema,
          }),
        ),
        inference: z.object({ input: arraySchema, weights: z.array(arraySchema), output: arraySchema }),
      }),
    ),
  }),
)

describe("activations as Keras has them", () => {
  for (const recorded of layersFixture.activations)
    test(`${recorded.activation} ${JSON.stringify(recorded.settings)}`, async () => {
      const x = placeholder("x", "float32", recorded.input.shape)
      const y = activate(withSettings(recorded.activation, recorded.settings), x)
      const [gradient] = gradients([{ output: y, seed: constant(floats(recorded.upstream)) }], [x])
      assert.ok(gradient)
      const [output, ofInput] = await runTensors(
        [{ tensor: x, value: floats(recorded.input) }],
        [y, gradient],
      )
      assertNear(output, recorded.output, "output")
      assertNear(ofInput, recorded.inputGradients[0] ?? [], "gradient")
    })
})

type Recorded = z.infer<typeof arraySchema>

function withSettings(
  name: (typeof layersFixture.activations)[number]["activation"],
  { slope, alpha, approximate }: (typeof layersFixture.activations)[number]["settings"],
): Activation {
  if (name === "leakyRelu" && slope !== undefined) return { name, slope }
  if (name === "elu" && alpha !== undefined) return { name, alpha }
  if (name === "gelu" && approximate !== undefined) return { name, approximate }
  return name
}

/** The layer on the inputs, in training, with its gradients by float inputs and by weights. */
async function checkLayer(
  layer: Layer,
  recorded: {
    readonly inputs: readonly Recorded[]
    readonly weights: readonly Recorded[]
    readonly output: Recorded
    readonly upstream: Recorded
    readonly inputGradients: readonly (Recorded | null)[]
    readonly weightGradients: readonly Recorded[]
  },
  isInteger: boolean,
) {
  const xs = recorded.inputs.map(({ shape }, at) =>
    placeholder(`x${at}`, isInteger ? "int64" : "float32", shape),
  )
  const inputs = recorded.inputs.map(({ shape }): ModelTensor & { kind: "input" } => ({
    kind: "input",
    shape: shape.slice(1),
    type: isInteger ? "int64" : "float32",
    name: null,
  }))
  const network: Network = { inputs, outputs: [layer(...inputs)] }
  const weights = recorded.weights.map(({ shape }, at) => placeholder(`w${at}`, "float32", shape))
  const { outputs } = traceNetwork(network, {
    ...noStates,
    inputs: xs,
    parameter: (index) => weights[index] ?? assert.fail(),
  })
  const output = outputs[0] ?? assert.fail()
  const sources = [...(isInteger ? [] : xs), ...weights]
  const found = gradients([{ output, seed: constant(floats(recorded.upstream)) }], sources)
  const values = await runTensors(
    [
      ...xs.map((tensor, at) => {
        const { shape = [], data = [] } = recorded.inputs[at] ?? {}
        return {
          tensor,
          value: isInteger
            ? { type: "int64" as const, shape, data: BigInt64Array.from(data, BigInt) }
            : floats({ shape, data }),
        }
      }),
      ...weights.map((tensor, at) => ({ tensor, value: floats(recorded.weights[at] ?? assert.fail()) })),
    ],
    [output, ...found.map((gradient) => gradient ?? assert.fail())],
  )
  assertNear(values[0], recorded.output, "output")
  const expected = [...(isInteger ? [] : recorded.inputGradients), ...recorded.weightGradients]
  for (const [at, gradient] of expected.entries())
    if (gradient) assertNear(values[at + 1], gradient, `gradient ${at}`)
}

const noStates = {
  isTraining: true,
  floatType: "float32",
  state: () => assert.fail(),
  randomKey: () => assert.fail(),
  rowNumbers: placeholder("rows", "int32", ["batch"]),
} as const

describe("layers as Keras has them", () => {
  for (const { layer, settings, ...recorded } of layersFixture.layers)
    test(`${layer} ${JSON.stringify(settings)} of [${recorded.inputs[0]?.shape.join(", ")}]`, () => {
      const { units = 1, inputDim = 1, outputDim = 1, shape = [] } = settings
      const { activation, useBias, epsilon, axis } = settings
      const made = {
        Dense: () =>
          Dense(units, {
            ...(activation ? { activation } : {}),
            ...(useBias === undefined ? {} : { useBias }),
          }),
        Embedding: () => Embedding(inputDim, outputDim),
        LayerNormalization: () => LayerNormalization(epsilon === undefined ? {} : { epsilon }),
        Concatenate: () => Concatenate(axis === undefined ? {} : { axis }),
        Add: () => Add(),
        Flatten: () => Flatten(),
        Reshape: () => Reshape(shape),
      }[layer]()
      return checkLayer(made, recorded, layer === "Embedding")
    })

  for (const { settings, training, inference } of layersFixture.batchNormalization)
    test(`BatchNormalization ${JSON.stringify(settings)}, three steps and afterwards`, async () => {
      const width = training[0]?.input.shape.at(-1) ?? 0
      const input: ModelTensor & { kind: "input" } = {
        kind: "input",
        shape: [width],
        type: "float32",
        name: null,
      }
      const network: Network = { inputs: [input], outputs: [BatchNormalization(settings)(input)] }
      let [mean, variance] = [new Float32Array(width), new Float32Array(width).fill(1)]
      for (const recorded of training) {
        const run = await normalize(network, { recorded, states: [mean, variance], isTraining: true })
        assertNear(run.output, recorded.output, "output")
        assertNear(run.gradients[0], recorded.inputGradients[0] ?? [], "gradient")
        for (const [at, gradient] of recorded.weightGradients.entries())
          assertNear(run.gradients[at + 1], gradient, `gradient ${at}`)
        assertNear(run.updates[0], recorded.movingMean, "moving mean")
        assertNear(run.updates[1], recorded.movingVariance, "moving variance")
        mean = Float32Array.from(run.updates[0] ?? [])
        variance = Float32Array.from(run.updates[1] ?? [])
      }
      const upstream = inference.input
      const run = await normalize(network, {
        recorded: { ...inference, upstream },
        states: [mean, variance],
        isTraining: false,
      })
      assertNear(run.output, inference.output, "output afterwards")
    })
})

async function normalize(
  network: Network,
  options: {
    readonly recorded: {
      readonly input: Recorded
      readonly weights: readonly Recorded[]
      readonly upstream: Recorded
    }
    readonly states: readonly Float32Array[]
    readonly isTraining: boolean
  },
) {
  const { recorded, states, isTraining } = options
  const x = placeholder("x", "float32", recorded.input.shape)
  const weights = [0, 1].map((at) => placeholder(`w${at}`, "float32", recorded.weights[at]?.shape ?? []))
  const { outputs, updates } = traceNetwork(network, {
    ...noStates,
    isTraining,
    inputs: [x],
    parameter: (index) => weights[index] ?? assert.fail(),
    state: (index, { shape }) => constant({ type: "float32", shape, data: states[index] ?? assert.fail() }),
  })
  const output = outputs[0] ?? assert.fail()
  const found = gradients([{ output, seed: constant(floats(recorded.upstream)) }], [x, ...weights])
  const moved = [0, 1].flatMap((index): SymbolicTensor[] => {
    const update = updates.get(index)
    return update === undefined ? [] : [update]
  })
  const values = await runTensors(
    [
      { tensor: x, value: floats(recorded.input) },
      ...weights.map((tensor, at) => ({ tensor, value: floats(recorded.weights[at] ?? assert.fail()) })),
    ],
    [output, ...found.map((gradient) => gradient ?? assert.fail()), ...moved],
  )
  return { output: values[0], gradients: values.slice(1, 4), updates: values.slice(4) }
}
