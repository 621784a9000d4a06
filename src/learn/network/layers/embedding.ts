/** @file A learned vector per index: int64 [batch, ...] to float [batch, ..., outputDim]. */
import { z } from "zod"

import { op } from "../../graph/op.ts"
import { shapeFault } from "../../graph/operator.ts"
import { castTo } from "../../graph/random.ts"
import { type InitializerName, initializerNames } from "../initializers.ts"
import { defineLayer, type Layer, layerName } from "../layer.ts"
import { type Regularizer, regularizerSchema } from "../regularizers.ts"
import { checkSettings, oneOf, wholeFrom } from "../settings.ts"

/** Embeddings uniform in -0.05..0.05 and no regularizer unless said. */
export type EmbeddingOptions = {
  readonly embeddingsInitializer?: InitializerName
  readonly embeddingsRegularizer?: Regularizer
  /** Indices of a row, in the first layer of a Sequential. */
  readonly inputLength?: number
  readonly name?: string
}

const optionsSchema = z.strictObject({
  embeddingsInitializer: oneOf(initializerNames).optional(),
  embeddingsRegularizer: regularizerSchema.optional(),
  inputLength: wholeFrom(1).optional(),
  name: layerName.optional(),
})

/** Indices 0 to inputDim - 1, negative ones from the end; one outside ends the run (ENGINE_RUN_FAILED). Table [inputDim, outputDim]. Throws NETWORK_SETTING. */
export function Embedding(inputDim: number, outputDim: number, options: EmbeddingOptions = {}): Layer {
  checkSettings(wholeFrom(1), inputDim, "inputDim")
  checkSettings(wholeFrom(1), outputDim, "outputDim")
  checkSettings(optionsSchema, options)
  const { inputLength } = options
  return defineLayer({
    kind: "embedding",
    name: options.name,
    inputShape: inputLength === undefined ? undefined : [inputLength],
    inputType: "int64",
    forward: ([indices], context) => {
      if (indices === undefined) throw shapeFault("Embedding", "it reads nothing")
      const table = context.parameter("embeddings", {
        shape: [inputDim, outputDim],
        initializer: options.embeddingsInitializer ?? "uniform",
        regularizer: options.embeddingsRegularizer ?? null,
      })
      return op("Gather", [table, castTo(indices, "int64")])
    },
  })
}
