/** @file The training that the crash test kills: run as a child it trains with a checkpoint after every call, and says when an epoch ends. */
import { Dense } from "../../../src/learn/network/layers/dense.ts"
import { Dropout } from "../../../src/learn/network/layers/dropout.ts"
import { type NetworkModel, Sequential } from "../../../src/learn/network/model.ts"
import { madeClasses, madeRows } from "./made-rows.ts"

export const x = madeRows(2_000, 8)
export const y = madeClasses(x)
export const fitOptions = { epochs: 60, batchSize: 20 }

export function network(): NetworkModel {
  const model = Sequential([
    Dense(16, { inputDim: 8, activation: "relu" }),
    Dropout(0.1),
    Dense(1, { activation: "sigmoid" }),
  ])
  model.compile({ loss: "binaryCrossentropy" })
  return model
}

const [, , path] = process.argv
if (process.send !== undefined && path !== undefined)
  await network().fit(x, y, {
    ...fitOptions,
    checkpoint: { path, everySeconds: 0 },
    onEpochEnd: ({ epoch }) => {
      process.send?.(epoch)
    },
  })
