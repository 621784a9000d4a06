/** @file Losses by Keras's definitions: a number per row, which training averages over the batch. */
import { z } from "zod"

import { int } from "../../onnx/attributes.ts"
import { op } from "../graph/op.ts"
import { integers, scalar, shapeFault } from "../graph/operator.ts"
import { castTo } from "../graph/random.ts"
import { isFloat, nodeOf, type SymbolicTensor, sameShape } from "../graph/tensor.ts"
import { above, between, flag, oneOf, within } from "./settings.ts"

/** Keras's, in camelCase; formulas in docs/learn/losses.md. */
export type LossName = (typeof lossNames)[number]

export const lossNames = [
  "meanSquaredError",
  "meanAbsoluteError",
  "huber",
  "binaryCrossentropy",
  "categoricalCrossentropy",
  "sparseCategoricalCrossentropy",
  "poisson",
  "quantile",
] as const

/** Settings of losses, each read by those that it names. */
export type LossOptions = {
  /** huber: where the square becomes a line (1). */
  readonly delta?: number
  /** quantile: which one, in (0, 1) (0.5). */
  readonly quantile?: number
  /** Crossentropies of classes: the share of the truth that is spread evenly (0). */
  readonly labelSmoothing?: number
  /** Crossentropies: the model's output is logits; poisson: it is the logarithm. An output that ends in the matching activation is read before it in any case. */
  readonly fromLogits?: boolean
}

/** What a compiled model minimises. */
export type Loss = LossOptions & { readonly name: LossName }

/** Of a loss with its settings. */
export const lossSchema = z.strictObject({
  name: oneOf(lossNames),
  delta: above(0).optional(),
  quantile: between(0, 1).optional(),
  labelSmoothing: within(0, 1).optional(),
  fromLogits: flag.optional(),
})

/** What a loss reads of an output: the value before its activation where that keeps more digits; `undone` names that activation. */
export type LossInput = {
  readonly value: SymbolicTensor
  readonly isLogits: boolean
  readonly undone: "Sigmoid" | "Softmax" | null
}

/** Keras clips probabilities at this before their logarithm. */
const epsilon = 1e-7

/** The logits behind an output of a matching activation; else the output. */
export function lossInputOf(loss: Loss, output: SymbolicTensor): LossInput {
  const activation =
    loss.name === "binaryCrossentropy" ? "Sigmoid" : isCategorical(loss.name) ? "Softmax" : null
  if (activation === null) return { value: output, isLogits: false, undone: null }
  const node = nodeOf(output)
  const logits = node?.operator.name === activation ? node.inputs[0] : null
  if (logits) return { value: logits, isLogits: true, undone: activation }
  return { value: output, isLogits: loss.fromLogits ?? false, undone: null }
}

/**
 * The loss of each row: float [batch], by targets of the predictions' shape (classes int64 [batch] or [batch, 1] for the sparse one).
 * Throws GRAPH_SHAPE.
 */
export function lossOfRows(loss: Loss, targets: SymbolicTensor, input: LossInput): SymbolicTensor {
  const { value } = input
  if (loss.name === "sparseCategoricalCrossentropy") return sparse(asClasses(targets, value), input)
  const y = asTargets(targets, value)
  switch (loss.name) {
    case "meanSquaredError": {
      const error = op("Sub", [value, y])
      return meanOfRow(op("Mul", [error, error]))
    }
    case "meanAbsoluteError":
      return meanOfRow(op("Abs", [op("Sub", [value, y])]))
    case "huber":
      return meanOfRow(huber(op("Sub", [value, y]), loss.delta ?? 1))
    case "poisson": {
      if (loss.fromLogits === true) return meanOfRow(op("Sub", [op("Exp", [value]), op("Mul", [y, value])]))
      // Keras: prediction - target ln(prediction + epsilon).
      const log = op("Log", [op("Add", [value, scalar(value.type, epsilon)])])
      return meanOfRow(op("Sub", [value, op("Mul", [y, log])]))
    }
    case "quantile":
      return meanOfRow(pinball(op("Sub", [y, value]), loss.quantile ?? 0.5))
    case "binaryCrossentropy":
      return meanOfRow(binary(smoothed(y, loss.labelSmoothing ?? 0, 2), input))
    case "categoricalCrossentropy": {
      const classCount = value.shape.at(-1)
      if (typeof classCount !== "number") throw shapeFault(loss.name, "the number of classes is not known")
      return categorical(smoothed(y, loss.labelSmoothing ?? 0, classCount), input)
    }
  }
}

function isCategorical(name: LossName): boolean {
  return name === "categoricalCrossentropy" || name === "sparseCategoricalCrossentropy"
}

/** Targets [batch] of predictions [batch, 1] are meant; any other difference is a mistake that broadcasting would hide. */
function asTargets(targets: SymbolicTensor, value: SymbolicTensor): SymbolicTensor {
  const y = isFloat(targets) && targets.type === value.type ? targets : castTo(targets, value.type)
  if (sameShape(y.shape, value.shape)) return y
  if (y.shape.length + 1 === value.shape.length && value.shape.at(-1) === 1)
    return op("Unsqueeze", [y, integers([-1])])
  throw shapeFault("the loss", `targets [${y.shape.join(", ")}] of predictions [${value.shape.join(", ")}]`)
}

function asClasses(targets: SymbolicTensor, value: SymbolicTensor): SymbolicTensor {
  const classes = castTo(targets, "int64")
  if (classes.shape.length === value.shape.length && classes.shape.at(-1) === 1)
    return op("Squeeze", [classes, integers([classes.shape.length - 1])])
  return classes
}

/** Over all axes but the batch's. */
function meanOfRow(values: SymbolicTensor): SymbolicTensor {
  const rank = values.shape.length
  if (rank === 1) return values
  if (rank === 2 && values.shape[1] === 1) return op("Reshape", [values, integers([-1])])
  const axes = integers(Array.from({ length: rank - 1 }, (_, axis) => axis + 1))
  return op("ReduceMean", [values, axes], { keepdims: int(0) })
}

/** e^2 / 2 up to |e| = delta, then delta |e| - delta^2 / 2 (Huber 1964). */
function huber(error: SymbolicTensor, delta: number): SymbolicTensor {
  const { type } = error
  const size = op("Abs", [error])
  const square = op("Mul", [op("Mul", [error, error]), scalar(type, 0.5)])
  const line = op("Sub", [op("Mul", [size, scalar(type, delta)]), scalar(type, (delta * delta) / 2)])
  return op("Where", [op("Greater", [size, scalar(type, delta)]), line, square])
}

/** max(q e, (q - 1) e) of e = target - prediction (Koenker & Bassett 1978). */
function pinball(error: SymbolicTensor, quantile: number): SymbolicTensor {
  const { type } = error
  const above = op("Greater", [error, scalar(type, 0)])
  const slope = op("Where", [above, scalar(type, quantile), scalar(type, quantile - 1)])
  return op("Mul", [error, slope])
}

function smoothed(y: SymbolicTensor, smoothing: number, classCount: number): SymbolicTensor {
  if (smoothing === 0) return y
  const kept = op("Mul", [y, scalar(y.type, 1 - smoothing)])
  return op("Add", [kept, scalar(y.type, smoothing / classCount)])
}

function binary(y: SymbolicTensor, { value, isLogits }: LossInput): SymbolicTensor {
  if (isLogits) return op("SigmoidCrossEntropy", [value, y])
  const one = scalar(value.type, 1)
  const p = clipped(value)
  const ofOnes = op("Mul", [y, op("Log", [p])])
  const ofZeros = op("Mul", [op("Sub", [one, y]), op("Log", [op("Sub", [one, p])])])
  return op("Neg", [op("Add", [ofOnes, ofZeros])])
}

function categorical(y: SymbolicTensor, { value, isLogits }: LossInput): SymbolicTensor {
  if (isLogits) return op("SoftmaxCrossEntropy", [value, y])
  const product = op("Mul", [y, op("Log", [clipped(shares(value))])])
  return op("Neg", [op("ReduceSum", [product, integers([-1])], { keepdims: int(0) })])
}

function sparse(classes: SymbolicTensor, { value, isLogits }: LossInput): SymbolicTensor {
  // Keras takes the logarithm of clipped probabilities as logits, which normalises them again.
  const logits = isLogits ? value : op("Log", [clipped(value)])
  return op("SparseSoftmaxCrossEntropy", [logits, classes])
}

/** Probabilities that add up to 1 in each row. */
function shares(value: SymbolicTensor): SymbolicTensor {
  return op("Div", [value, op("ReduceSum", [value, integers([-1])], { keepdims: int(1) })])
}

function clipped(value: SymbolicTensor): SymbolicTensor {
  return op("Clip", [value, scalar(value.type, epsilon), scalar(value.type, 1 - epsilon)])
}
