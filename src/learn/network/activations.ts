/** @file Activations by name, with Keras's defaults. */
import { z } from "zod"

import { float, int, text } from "../../onnx/attributes.ts"
import { op } from "../graph/op.ts"
import type { SymbolicTensor } from "../graph/tensor.ts"
import { above, atLeast, checkSettings, oneOf } from "./settings.ts"

/**
 * relu max(x, 0); leakyRelu with slope 0.2 below 0; elu e^x - 1 below 0; gelu x Phi(x), exact by the error function (Hendrycks & Gimpel 2016);
 * softmax over the last axis.
 */
export type ActivationName = (typeof activationNames)[number]

export const activationNames = [
  "linear",
  "relu",
  "leakyRelu",
  "elu",
  "gelu",
  "tanh",
  "sigmoid",
  "softmax",
  "softplus",
  "exponential",
] as const

/** A name, or one with a setting of its own. */
export type Activation =
  | ActivationName
  | { readonly name: "leakyRelu"; readonly slope: number }
  | { readonly name: "elu"; readonly alpha: number }
  | { readonly name: "gelu"; readonly approximate: "none" | "tanh" }

/** a(x), of the shape of x. */
const activationSchema = z.union(
  [
    z.strictObject({ name: oneOf(activationNames) }),
    z.strictObject({ name: z.literal("leakyRelu"), slope: atLeast(0) }),
    z.strictObject({ name: z.literal("elu"), alpha: above(0) }),
    z.strictObject({ name: z.literal("gelu"), approximate: z.enum(["none", "tanh"]) }),
  ],
  {
    error: `one of ${activationNames.join(", ")}, or leakyRelu with slope, elu with alpha, gelu with approximate`,
  },
)

/** Throws NETWORK_SETTING. */
export function checkActivation(activation: Activation): void {
  const isName = typeof activation === "string"
  checkSettings(isName ? oneOf(activationNames) : activationSchema, activation, "activation")
}

export function activate(activation: Activation, x: SymbolicTensor): SymbolicTensor {
  const chosen = typeof activation === "string" ? defaults(activation) : activation
  switch (chosen.name) {
    case "linear":
      return x
    case "leakyRelu":
      return op("LeakyRelu", [x], { alpha: float(chosen.slope) })
    case "elu":
      return op("Elu", [x], { alpha: float(chosen.alpha) })
    case "gelu":
      return op("Gelu", [x], { approximate: text(chosen.approximate) })
    case "softmax":
      return op("Softmax", [x], { axis: int(-1) })
    case "relu":
    case "tanh":
    case "sigmoid":
    case "softplus":
    case "exponential":
      return op(operators[chosen.name], [x])
  }
}

const operators = {
  relu: "Relu",
  tanh: "Tanh",
  sigmoid: "Sigmoid",
  softplus: "Softplus",
  exponential: "Exp",
} as const

function defaults(name: ActivationName) {
  if (name === "leakyRelu") return { name, slope: 0.2 }
  if (name === "elu") return { name, alpha: 1 }
  if (name === "gelu") return { name, approximate: "none" } as const
  return { name }
}
