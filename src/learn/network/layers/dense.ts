/** @file y = activation(x W + b) over the last axis. */
import { z } from "zod"

import { op } from "../../graph/op.ts"
import { shapeFault } from "../../graph/operator.ts"
import { type Activation, activate, checkActivation } from "../activations.ts"
import { type InitializerName, initializerNames } from "../initializers.ts"
import { defineLayer, type Layer, layerName } from "../layer.ts"
import { type Regularizer, regularizerSchema } from "../regularizers.ts"
import { checkSettings, flag, oneOf, wholeFrom } from "../settings.ts"

/** Activation linear, a bias, Glorot uniform kernel and no regularizers unless said. */
export type DenseOptions = {
  readonly activation?: Activation
  readonly useBias?: boolean
  readonly kernelInitializer?: InitializerName
  readonly biasInitializer?: InitializerName
  readonly kernelRegularizer?: Regularizer
  readonly biasRegularizer?: Regularizer
  /** Features of a row, in the first layer of a Sequential. */
  readonly inputDim?: number
  readonly name?: string
}

const optionsSchema = z.strictObject({
  activation: z.unknown().optional(),
  useBias: flag.optional(),
  kernelInitializer: oneOf(initializerNames).optional(),
  biasInitializer: oneOf(initializerNames).optional(),
  kernelRegularizer: regularizerSchema.optional(),
  biasRegularizer: regularizerSchema.optional(),
  inputDim: wholeFrom(1).optional(),
  name: layerName.optional(),
})

/**
 * y = activation(x W + b), [batch, ..., in] to [batch, ..., units]; kernel W [in, units] (Glorot uniform), bias b [units] (zeros). Throws
 * NETWORK_SETTING, and GRAPH_SHAPE when the width of what it reads is not known.
 */
export function Dense(units: number, options: DenseOptions = {}): Layer {
  checkSettings(wholeFrom(1), units, "units")
  checkSettings(optionsSchema, options)
  const { inputDim, activation = "linear" } = options
  checkActivation(activation)
  return defineLayer({
    kind: "dense",
    name: options.name,
    inputShape: inputDim === undefined ? undefined : [inputDim],
    forward: ([x], context) => {
      const width = x?.shape.at(-1)
      if (x === undefined || x.shape.length < 2 || typeof width !== "number")
        throw shapeFault("Dense", `it reads rows of a known width, not [${x?.shape.join(", ") ?? ""}]`)
      const kernel = context.parameter("kernel", {
        shape: [width, units],
        initializer: options.kernelInitializer ?? "glorotUniform",
        regularizer: options.kernelRegularizer ?? null,
      })
      const hasBias = options.useBias ?? true
      const bias = hasBias
        ? context.parameter("bias", {
            shape: [units],
            initializer: options.biasInitializer ?? "zeros",
            regularizer: options.biasRegularizer ?? null,
          })
        : null
      return activate(activation, linear(x, kernel, bias))
    },
  })
}

function linear(...[x, kernel, bias]: readonly [Tensor, Tensor, Tensor | null]): Tensor {
  if (x.shape.length === 2) return op("Gemm", bias === null ? [x, kernel] : [x, kernel, bias])
  const product = op("MatMul", [x, kernel])
  return bias === null ? product : op("Add", [product, bias])
}

type Tensor = Parameters<typeof op>[1][number] & {}
