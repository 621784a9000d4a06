/** @file Whole fits beside Keras's: weights of rows and classes, a short last batch, validation. */
import { describe, test } from "node:test"

import { z } from "zod"

import { Dense } from "../../../src/learn/network/layers/dense.ts"
import { Sequential } from "../../../src/learn/network/model.ts"
import { SGD } from "../../../src/learn/network/optimizers.ts"
import { arraySchema, readFixture } from "./fixtures.ts"
import { assertNear } from "./near.ts"

describe("whole fits as Keras's, with weights of rows and classes and a short last batch", () => {
  const fixture = readFixture(
    "fits.json",
    z.object({
      x: arraySchema,
      y: arraySchema,
      weights: z.array(arraySchema),
      batchSize: z.number(),
      epochs: z.number(),
      learningRate: z.number(),
      momentum: z.number(),
      cases: z.array(
        z.object({
          rows: z.number(),
          settings: z.object({
            classWeight: z.record(z.string(), z.number()).exactOptional(),
            sampleWeight: arraySchema.exactOptional(),
            regularizer: z.object({ l2: z.number() }).exactOptional(),
            validationSplit: z.number().exactOptional(),
          }),
          history: z.record(z.string(), z.array(z.number())),
          evaluate: z.object({ loss: z.number(), accuracy: z.number() }),
          finalWeights: z.array(arraySchema),
        }),
      ),
    }),
  )
  for (const { rows, settings, history, evaluate, finalWeights } of fixture.cases)
    test(`${rows} rows, ${Object.keys(settings).join(" and ") || "plain"}`, async () => {
      const { regularizer, sampleWeight, ...options } = settings
      const regularized = regularizer === undefined ? {} : { kernelRegularizer: regularizer }
      const model = Sequential([
        Dense(10, { inputDim: 8, activation: "relu", ...regularized }),
        Dense(1, { activation: "sigmoid", ...regularized }),
      ])
      model.setWeights(fixture.weights.map(({ data }) => data))
      const { learningRate, momentum, batchSize, epochs } = fixture
      model.compile({
        loss: "binaryCrossentropy",
        optimizer: SGD({ learningRate, momentum }),
        metrics: ["accuracy"],
      })
      const x = { shape: [rows, 8], data: fixture.x.data.slice(0, rows * 8) }
      const y = fixture.y.data.slice(0, rows)
      const weighted = sampleWeight === undefined ? {} : { sampleWeight: sampleWeight.data }
      const ours = await model.fit(x, y, { epochs, batchSize, shuffle: false, ...options, ...weighted })
      assertNear(
        ours.epochs.map(({ loss }) => loss),
        history.loss ?? [],
        "loss",
      )
      assertNear(
        ours.epochs.map(({ accuracy = 0 }) => accuracy),
        history.accuracy ?? [],
        "accuracy",
      )
      if (history.val_loss)
        assertNear(
          ours.epochs.map(({ valLoss = 0 }) => valLoss),
          history.val_loss,
          "validation loss",
        )
      for (const [at, { data }] of finalWeights.entries())
        assertNear(model.getWeights()[at]?.data, data, `weights ${at}`)
      // Keras multiplies the weights of classes into the caller's own array, which its evaluate then reads.
      const both = sampleWeight?.data.map(
        (weight, row) => weight * (options.classWeight?.[String(y[row] ?? 0)] ?? 1),
      )
      const measured = await model.evaluate(x, y, both === undefined ? {} : { sampleWeight: both })
      assertNear([measured.loss, measured.accuracy ?? 0], [evaluate.loss, evaluate.accuracy], "evaluate")
    })
})
