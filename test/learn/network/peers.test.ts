/** @file From equal weights and batches our training loses what Keras's and PyTorch's lose, step by step. */
import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { z } from "zod"

import type { ModelTensor } from "../../../src/learn/network/layer.ts"
import { Dense } from "../../../src/learn/network/layers/dense.ts"
import { Adam, AdamW, type Optimizer, RMSprop, SGD } from "../../../src/learn/network/optimizers.ts"
import type { Regularizer } from "../../../src/learn/network/regularizers.ts"
import type { TrainingArray } from "../../../src/learn/network/source.ts"
import { arraySchema, type RecordedArray, readFixture } from "./fixtures.ts"
import { trainSteps } from "./train-steps.ts"

/** The issue's own bound is 1e-3; what is seen is a hundred times closer. */
const tolerance = 1e-5

const optimizerSettings = z.object({
  form: z.enum(["keras", "pytorch"]).exactOptional(),
  learningRate: z.number().exactOptional(),
  momentum: z.number().exactOptional(),
  nesterov: z.boolean().exactOptional(),
  centered: z.boolean().exactOptional(),
  rho: z.number().exactOptional(),
  beta1: z.number().exactOptional(),
  beta2: z.number().exactOptional(),
  epsilon: z.number().exactOptional(),
  weightDecay: z.number().exactOptional(),
  clipNorm: z.number().exactOptional(),
  globalClipNorm: z.number().exactOptional(),
  clipValue: z.number().exactOptional(),
})

const base = { x: arraySchema, y: arraySchema, weights: z.array(arraySchema), batches: arraySchema }
const optimizersSchema = z.object({
  ...base,
  cases: z.array(
    z.object({
      optimizer: z.enum(["SGD", "RMSprop", "Adam", "AdamW"]),
      settings: optimizerSettings,
      losses: z.array(z.number()),
      weights: z.array(arraySchema),
    }),
  ),
})

const optimizers = { SGD, RMSprop, Adam, AdamW }

for (const peer of ["keras", "pytorch"])
  describe(`optimisers as ${peer} has them, over 100 steps`, () => {
    const fixture = readFixture(`optimizers-${peer}.json`, optimizersSchema)
    for (const { optimizer, settings, losses, weights } of fixture.cases)
      test(`${optimizer} ${JSON.stringify(settings)}`, async () => {
        const chosen = optimizers[optimizer](settings)
        const ours = await trained(fixture, { optimizer: chosen, regularizer: null })
        assertNear(ours.losses, losses, "the loss of step")
        for (const [at, { data }] of weights.entries())
          assertNear(ours.parameters[at] ?? [], data, `weights ${at}, element`)
      })
  })

describe("regularizers as Keras has them, over 20 steps", () => {
  const schema = z.object({
    ...base,
    learningRate: z.number(),
    cases: z.array(
      z.object({
        regularizer: z.object({ l1: z.number().optional(), l2: z.number().optional() }),
        losses: z.array(z.number()),
        weights: z.array(arraySchema),
      }),
    ),
  })
  const fixture = readFixture("regularizers.json", schema)
  for (const { regularizer, losses, weights } of fixture.cases)
    test(JSON.stringify(regularizer), async () => {
      const { learningRate } = fixture
      const ours = await trained(fixture, {
        optimizer: SGD({ learningRate }),
        regularizer: { l1: regularizer.l1 ?? 0, l2: regularizer.l2 ?? 0 },
      })
      assertNear(ours.losses, losses, "the loss of step")
      for (const [at, { data }] of weights.entries())
        assertNear(ours.parameters[at] ?? [], data, `weights ${at}, element`)
    })
})

/** 8-10-1, relu and sigmoid, binary cross-entropy. */
function trained(
  fixture: { readonly [Name in keyof typeof base]: z.infer<(typeof base)[Name]> },
  { optimizer, regularizer }: { readonly optimizer: Optimizer; readonly regularizer: Regularizer | null },
) {
  const input: ModelTensor = { kind: "input", shape: [8], type: "float32", name: null }
  const output = Dense(1, { activation: "sigmoid" })(Dense(10, { activation: "relu" })(input))
  return trainSteps({
    network: { inputs: [input], outputs: [output] },
    objective: {
      losses: [{ loss: { name: "binaryCrossentropy" }, weight: 1, target: { type: "float32", shape: [1] } }],
      regularizer,
      hasWeights: false,
    },
    optimizer,
    parameters: fixture.weights.map(({ data }) => Float32Array.from(data)),
    inputs: [floats(fixture.x)],
    targets: [floats({ ...fixture.y, shape: [fixture.y.shape[0] ?? 0, 1] })],
    batches: fixture.batches,
  })
}

function floats({ shape, data }: RecordedArray): TrainingArray {
  return { type: "float32", shape, data: Float32Array.from(data) }
}

function assertNear(ours: ArrayLike<number>, theirs: readonly number[], what: string): void {
  assert.equal(ours.length, theirs.length)
  for (const [at, value] of theirs.entries()) {
    const error = Math.abs((ours[at] ?? Number.NaN) - value) / Math.max(1, Math.abs(value))
    assert.ok(error < tolerance, `${what} ${at} is ${ours[at]}, theirs ${value}`)
  }
}
