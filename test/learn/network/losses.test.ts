/** @file Losses and their gradients beside Keras's figures, and PyTorch's where Keras has none. */
import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { z } from "zod"

import { gradients } from "../../../src/learn/graph/gradient.ts"
import { constant, placeholder } from "../../../src/learn/graph/tensor.ts"
import { type Loss, lossOfRows } from "../../../src/learn/network/losses.ts"
import { arraySchema, type RecordedArray, readFixture } from "./fixtures.ts"
import { assertNear, floats } from "./near.ts"
import { runTensors } from "./run-tensors.ts"

const lossCase = z.object({
  targets: arraySchema,
  predictions: arraySchema,
  rows: arraySchema,
  plain: z.object({ loss: z.number(), gradient: arraySchema }),
  weighted: z.object({ loss: z.number(), gradient: arraySchema }),
})

async function checkLoss(loss: Loss, recorded: z.infer<typeof lossCase>, sampleWeights: RecordedArray) {
  const predictions = placeholder("p", "float32", recorded.predictions.shape)
  const isSparse = loss.name === "sparseCategoricalCrossentropy"
  const { shape, data } = recorded.targets
  const targets = isSparse
    ? constant({ type: "int64", shape, data: BigInt64Array.from(data, BigInt) })
    : constant(floats(recorded.targets))
  const rows = lossOfRows(loss, targets, {
    value: predictions,
    isLogits: loss.fromLogits ?? false,
    undone: null,
  })
  const count = sampleWeights.data.length
  const seeds = [sampleWeights.data.map(() => 1 / count), sampleWeights.data.map((weight) => weight / count)]
  const found = seeds.map((seed) => {
    const tensor = constant({ type: "float32", shape: [count], data: Float32Array.from(seed) })
    return gradients([{ output: rows, seed: tensor }], [predictions])[0] ?? assert.fail()
  })
  const [values, plain, weighted] = await runTensors(
    [{ tensor: predictions, value: floats(recorded.predictions) }],
    [rows, ...found],
  )
  assertNear(values, recorded.rows, "rows")
  assertNear(plain, recorded.plain.gradient, "gradient")
  assertNear(weighted, recorded.weighted.gradient, "weighted gradient")
}

describe("losses as Keras has them, with their gradients, plain and weighted", () => {
  const fixture = readFixture(
    "losses.json",
    z.object({
      sampleWeights: arraySchema,
      cases: z.array(
        lossCase.extend({
          loss: z.enum([
            "meanSquaredError",
            "meanAbsoluteError",
            "huber",
            "poisson",
            "binaryCrossentropy",
            "categoricalCrossentropy",
            "sparseCategoricalCrossentropy",
          ]),
          settings: z.object({
            delta: z.number().exactOptional(),
            labelSmoothing: z.number().exactOptional(),
            fromLogits: z.boolean().exactOptional(),
          }),
        }),
      ),
    }),
  )
  for (const [at, recorded] of fixture.cases.entries())
    test(`${recorded.loss} ${JSON.stringify(recorded.settings)}, case ${at}`, () =>
      checkLoss({ name: recorded.loss, ...recorded.settings }, recorded, fixture.sampleWeights))
})

describe("the quantile loss as its formula in PyTorch", () => {
  const fixture = readFixture(
    "quantile.json",
    z.object({
      targets: arraySchema,
      predictions: arraySchema,
      sampleWeights: arraySchema,
      cases: z.array(lossCase.omit({ targets: true, predictions: true }).extend({ quantile: z.number() })),
    }),
  )
  for (const { quantile, ...recorded } of fixture.cases)
    test(String(quantile), () =>
      checkLoss({ name: "quantile", quantile }, { ...fixture, ...recorded }, fixture.sampleWeights),
    )
})
