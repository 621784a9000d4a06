/** @file The contract of a layer: forward code only; its derivative, its training and its nodes in the served file follow from it. */
import { z } from "zod"

import type { SymbolicTensor } from "../graph/tensor.ts"
import type { InitializerName } from "./initializers.ts"
import type { Regularizer } from "./regularizers.ts"

/** A layer is called with what it reads, and gives what it makes: `Dense(10)(x)`. */
export type Layer = ((...inputs: readonly ModelTensor[]) => ModelTensor) & {
  readonly definition: LayerDefinition
}

/** What a layer is: its forward code, and what it is called. */
export type LayerDefinition = {
  /** `dense`; with a number behind, the name of a layer that was given none. */
  readonly kind: string
  readonly name: string | null
  /** The shape of one row of its input, where the first layer of a Sequential says it. */
  readonly inputShape: readonly number[] | null
  readonly inputType: "float32" | "int64"
  /** Written once; called for each graph that is made. Tensors have the batch as their first axis. */
  readonly forward: (inputs: readonly SymbolicTensor[], context: LayerContext) => SymbolicTensor
}

/** Where a tensor of a model comes from; an input of the model comes from no layer. */
export type ModelTensor =
  | {
      readonly kind: "input"
      readonly shape: readonly number[]
      readonly type: "float32" | "int64"
      readonly name: string | null
    }
  | { readonly kind: "output"; readonly layer: Layer; readonly inputs: readonly ModelTensor[] }

/** What a layer may ask for while its forward code runs. */
export type LayerContext = {
  readonly isTraining: boolean
  /** Floats of the graph: float32, or float64 in checks of derivatives. */
  readonly floatType: "float32" | "float64"
  /** A tensor that training changes; its regularizer adds to the loss. */
  readonly parameter: (
    name: string,
    options: {
      readonly shape: readonly number[]
      readonly initializer: InitializerName
      readonly regularizer?: Regularizer | null
    },
  ) => SymbolicTensor
  /** A tensor that steps of training hand on but no gradient changes, as moving averages are. */
  readonly state: (
    name: string,
    options: { readonly shape: readonly number[]; readonly initial: number },
  ) => { readonly current: SymbolicTensor; readonly update: (next: SymbolicTensor) => void }
  /** Uniform in [0, 1), one number per element of `like`, others at each step; the same again in a repeated training. */
  readonly random: (like: SymbolicTensor) => SymbolicTensor
}

/** A name is part of those of its parameters. */
export const layerName = z.string({ error: "a text" }).min(1, { error: "a text that is not empty" })

/** Makes a layer of forward code. */
export function defineLayer(definition: {
  readonly kind: string
  readonly name?: string | undefined
  readonly inputShape?: readonly number[] | undefined
  readonly inputType?: "float32" | "int64"
  readonly forward: LayerDefinition["forward"]
}): Layer {
  const whole: LayerDefinition = {
    kind: definition.kind,
    name: definition.name ?? null,
    inputShape: definition.inputShape ?? null,
    inputType: definition.inputType ?? "float32",
    forward: definition.forward,
  }
  const layer: Layer = Object.assign(
    (...inputs: readonly ModelTensor[]): ModelTensor => ({ kind: "output", layer, inputs }),
    { definition: whole },
  )
  return layer
}
