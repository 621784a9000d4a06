/** @file Values brought to mean 0 and deviation 1, then scaled and moved by learned factors. */
import assert from "node:assert"

import { z } from "zod"

import { float, int } from "../../../onnx/attributes.ts"
import { op, ops } from "../../graph/op.ts"
import { integers, scalar, shapeFault } from "../../graph/operator.ts"
import type { SymbolicTensor } from "../../graph/tensor.ts"
import { defineLayer, type Layer, type LayerContext, layerName } from "../layer.ts"
import { above, checkSettings, within } from "../settings.ts"

const layerOptions = { epsilon: above(0).optional(), name: layerName.optional() }
const layerOptionsSchema = z.strictObject(layerOptions)
const batchOptionsSchema = z.strictObject({ ...layerOptions, momentum: within(0, 1).optional() })

/** Momentum 0.99 and epsilon 0.001 unless said. */
export type BatchNormalizationOptions = {
  /** Share of the old moving average that a step keeps. */
  readonly momentum?: number
  readonly epsilon?: number
  readonly name?: string
}

/**
 * Over the rows of a batch in training, by moving averages afterwards (Ioffe & Szegedy 2015); one mean and one variance per place of the
 * last axis. Population variance throughout, as Keras has it. Throws NETWORK_SETTING.
 */
export function BatchNormalization(options: BatchNormalizationOptions = {}): Layer {
  checkSettings(batchOptionsSchema, options)
  const { momentum = 0.99, epsilon = 1e-3 } = options
  return defineLayer({
    kind: "batchNormalization",
    name: options.name,
    forward: ([x], context) => {
      const width = widthOf("BatchNormalization", x)
      const { gamma, beta } = scaling(width.size, context)
      const movingMean = context.state("movingMean", { shape: [width.size], initial: 0 })
      const movingVariance = context.state("movingVariance", { shape: [width.size], initial: 1 })
      if (!context.isTraining)
        return normalized(width.x, {
          mean: movingMean.current,
          variance: movingVariance.current,
          epsilon,
          gamma,
          beta,
        })
      const axes = integers(Array.from({ length: width.x.shape.length - 1 }, (_, axis) => axis))
      const mean = op("ReduceMean", [width.x, axes], { keepdims: int(0) })
      const centred = op("Sub", [width.x, mean])
      const variance = op("ReduceMean", [op("Mul", [centred, centred]), axes], { keepdims: int(0) })
      movingMean.update(moved(movingMean.current, mean, momentum))
      movingVariance.update(moved(movingVariance.current, variance, momentum))
      return normalized(width.x, { mean, variance, epsilon, gamma, beta })
    },
  })
}

/** Epsilon 0.001 unless said. */
export type LayerNormalizationOptions = { readonly epsilon?: number; readonly name?: string }

/** Over the last axis of each row, in training and afterwards alike (Ba et al. 2016). Throws NETWORK_SETTING. */
export function LayerNormalization(options: LayerNormalizationOptions = {}): Layer {
  checkSettings(layerOptionsSchema, options)
  const { epsilon = 1e-3 } = options
  return defineLayer({
    kind: "layerNormalization",
    name: options.name,
    forward: ([x], context) => {
      const width = widthOf("LayerNormalization", x)
      const { gamma, beta } = scaling(width.size, context)
      const attributes = { axis: int(-1), epsilon: float(epsilon) }
      const [normal] = ops("LayerNormalization", [width.x, gamma, beta], attributes)
      assert(normal !== undefined)
      return normal
    },
  })
}

function widthOf(layer: string, x: SymbolicTensor | undefined) {
  const size = x?.shape.at(-1)
  if (x === undefined || typeof size !== "number")
    throw shapeFault(layer, `it reads rows of a known width, not [${x?.shape.join(", ") ?? ""}]`)
  return { x, size }
}

function scaling(size: number, context: LayerContext) {
  return {
    gamma: context.parameter("gamma", { shape: [size], initializer: "ones" }),
    beta: context.parameter("beta", { shape: [size], initializer: "zeros" }),
  }
}

function normalized(
  x: SymbolicTensor,
  by: {
    readonly mean: SymbolicTensor
    readonly variance: SymbolicTensor
    readonly epsilon: number
    readonly gamma: SymbolicTensor
    readonly beta: SymbolicTensor
  },
): SymbolicTensor {
  const deviation = op("Sqrt", [op("Add", [by.variance, scalar(x.type, by.epsilon)])])
  const unit = op("Div", [op("Sub", [x, by.mean]), deviation])
  return op("Add", [op("Mul", [unit, by.gamma]), by.beta])
}

/** momentum * old + (1 - momentum) * new */
function moved(old: SymbolicTensor, next: SymbolicTensor, momentum: number): SymbolicTensor {
  const kept = op("Mul", [old, scalar(old.type, momentum)])
  return op("Add", [kept, op("Mul", [next, scalar(old.type, 1 - momentum)])])
}
