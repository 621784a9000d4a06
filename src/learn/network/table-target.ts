/** @file How a table's target meets a network's output: what is minimised, in which units, and the way back to the user's. */

import { fault } from "../../base/errors.ts"
import { int } from "../../onnx/attributes.ts"
import type { GraphBuilder } from "../../onnx/builder.ts"
import { float32, int64 } from "../../onnx/tensors.ts"
import type { TrainingData } from "../learner.ts"
import type { Loss, LossName } from "./losses.ts"
import type { TrainingArray } from "./source.ts"

export type TableTarget = {
  readonly loss: Loss
  /** Width of the network's output, which has no activation. */
  readonly outputs: number
  readonly array: { readonly type: "float32" | "int64"; readonly shape: readonly number[] }
  readonly ofRows: (rows: Int32Array) => TrainingArray
  /**
   * float32 [batch, outputs] to probabilities [batch, classes], or predictions [batch]; `network/score` [batch, outputs] is the margin of class
   * 1 or of each class, or the prediction.
   */
  readonly emit: (builder: GraphBuilder, raw: string) => string
  readonly outputShape: readonly (number | string)[]
}

/** Throws NETWORK_SETTING when the loss does not fit the target. */
export function prepareTarget(data: TrainingData, loss: LossName | null): TableTarget {
  const { target } = data
  if (target.kind === "number") return loss === "poisson" ? countTarget(data) : numberTarget(data, loss)
  return target.classCount === 2 ? binaryTarget(target.values) : classTarget(target.values, target.classCount)
}

/** The logit of class 1. */
function binaryTarget(values: Int32Array): TableTarget {
  return {
    loss: { name: "binaryCrossentropy", fromLogits: true },
    outputs: 1,
    array: { type: "float32", shape: [1] },
    ofRows: (rows) => ({
      type: "float32",
      shape: [rows.length, 1],
      data: Float32Array.from(rows, (row) => values[row] ?? 0),
    }),
    // Softmax of -z/2 and z/2 is the sigmoid of -z and z; ONNX Runtime's own Sigmoid is 0 below about -18.
    emit: (builder, raw) => {
      const halves = builder.op("Mul", [named(builder, raw), builder.constant(float32([-0.5, 0.5], [1, 2]))])
      return builder.op("Softmax", [halves], { axis: int(1) })
    },
    outputShape: ["batch", 2],
  }
}

function classTarget(values: Int32Array, classCount: number): TableTarget {
  return {
    loss: { name: "sparseCategoricalCrossentropy", fromLogits: true },
    outputs: classCount,
    array: { type: "int64", shape: [] },
    ofRows: (rows) => ({
      type: "int64",
      shape: [rows.length],
      data: BigInt64Array.from(rows, (row) => BigInt(values[row] ?? 0)),
    }),
    emit: (builder, raw) => builder.op("Softmax", [named(builder, raw)], { axis: int(1) }),
    outputShape: ["batch", classCount],
  }
}

/** Standardised, so that one learning rate and one Huber's delta fit every unit. */
function numberTarget(data: TrainingData, loss: LossName | null): TableTarget {
  const values = numbersOf(data)
  const mean = meanOf(values)
  const variance = meanOf(values.map((value) => (value - mean) ** 2))
  const deviation = variance > 0 ? Math.sqrt(variance) : 1
  return {
    loss: { name: loss ?? "meanSquaredError" },
    outputs: 1,
    array: { type: "float32", shape: [1] },
    ofRows: (rows) => ({
      type: "float32",
      shape: [rows.length, 1],
      data: Float32Array.from(rows, (row) => ((values[row] ?? 0) - mean) / deviation),
    }),
    emit: (builder, raw) => {
      const scaled = builder.op("Mul", [raw, builder.constant(float32([deviation], []))])
      const moved = builder.op("Add", [scaled, builder.constant(float32([mean], []))])
      return flat(builder, named(builder, moved))
    },
    outputShape: ["batch"],
  }
}

/** Counts: e^output, in units of the mean. */
function countTarget(data: TrainingData): TableTarget {
  const values = numbersOf(data)
  const mean = meanOf(values)
  if (!(mean > 0) || values.some((value) => value < 0))
    throw fault("NETWORK_SETTING", {
      name: "loss",
      got: "poisson",
      expected:
        "meanSquaredError, meanAbsoluteError or huber, since the target has negative numbers or only zeros",
    })
  return {
    ...numberTarget(data, null),
    loss: { name: "poisson", fromLogits: true },
    ofRows: (rows) => ({
      type: "float32",
      shape: [rows.length, 1],
      data: Float32Array.from(rows, (row) => (values[row] ?? 0) / mean),
    }),
    emit: (builder, raw) => {
      const counts = builder.op("Mul", [builder.op("Exp", [raw]), builder.constant(float32([mean], []))])
      return flat(builder, named(builder, counts))
    },
  }
}

/** The names are a contract: explanations are derived from the file by them. */
function named(builder: GraphBuilder, value: string): string {
  const [name = ""] = builder.node("Identity", [value], { outputs: ["network/score"] })
  return name
}

function flat(builder: GraphBuilder, value: string): string {
  return builder.op("Reshape", [value, builder.constant(int64([-1]))])
}

function numbersOf({ target }: TrainingData): Float64Array {
  if (target.kind !== "number") throw new Error("the target is not a number")
  return target.values
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
