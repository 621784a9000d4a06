/** @file The baseline: the share of each class, or the mean, whatever the row holds. */
import assert from "node:assert"

import { int } from "../onnx/attributes.ts"
import { float32, int64 } from "../onnx/tensors.ts"
import type { FittedInPlace, TrainingData } from "./learner.ts"

export function fitConstant(data: TrainingData): FittedInPlace {
  const isClassifier = data.target.kind === "classes"
  const outputs = isClassifier ? classShares(data) : Float64Array.of(mean(data))
  return {
    learner: "constant",
    describe: () => ({
      learner: "constant",
      parameters: {},
      facts: isClassifier ? { shares: [...outputs] } : { mean: outputs[0] ?? 0 },
    }),
    predict: (_, rowCount) => {
      const predictions = new Float64Array(rowCount * outputs.length)
      for (let row = 0; row < rowCount; row++) predictions.set(outputs, row * outputs.length)
      return predictions
    },
    emit: (builder, features) => {
      const batch = builder.op("Shape", [features], { start: int(0), end: int(1) })
      if (!isClassifier) return builder.op("Expand", [builder.constant(float32(outputs)), batch])
      const classCount = builder.constant(int64([outputs.length]))
      const shape = builder.op("Concat", [batch, classCount], { axis: int(0) })
      return builder.op("Expand", [builder.constant(float32(outputs, [1, outputs.length])), shape])
    },
  }
}

function classShares({ target, weights }: TrainingData): Float64Array {
  assert(target.kind === "classes")
  const shares = new Float64Array(target.classCount)
  let total = 0
  for (const [row, index] of target.values.entries()) {
    const weight = weights?.[row] ?? 1
    shares[index] = (shares[index] ?? 0) + weight
    total += weight
  }
  assert(total > 0)
  return shares.map((share) => share / total)
}

function mean({ target, weights }: TrainingData): number {
  assert(target.kind === "number")
  let sum = 0
  let total = 0
  for (const [row, value] of target.values.entries()) {
    const weight = weights?.[row] ?? 1
    sum += weight * value
    total += weight
  }
  assert(total > 0)
  return sum / total
}
