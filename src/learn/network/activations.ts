/** @file Activations by name, with Keras's defaults. */
import { float, int } from "../../onnx/attributes.ts"
import { op } from "../graph/op.ts"
import type { SymbolicTensor } from "../graph/tensor.ts"

/**
 * relu max(x, 0); leakyRelu with slope 0.2 below 0; elu e^x - 1 below 0; gelu x Phi(x), exact by the error function (Hendrycks & Gimpel 2016);
 * softmax over the last axis.
 */
export type ActivationName =
  | "linear"
  | "relu"
  | "leakyRelu"
  | "elu"
  | "gelu"
  | "tanh"
  | "sigmoid"
  | "softmax"
  | "softplus"

const activations: Readonly<Record<ActivationName, (x: SymbolicTensor) => SymbolicTensor>> = {
  linear: (x) => x,
  relu: (x) => op("Relu", [x]),
  leakyRelu: (x) => op("LeakyRelu", [x], { alpha: float(0.2) }),
  elu: (x) => op("Elu", [x], { alpha: float(1) }),
  gelu: (x) => op("Gelu", [x]),
  tanh: (x) => op("Tanh", [x]),
  sigmoid: (x) => op("Sigmoid", [x]),
  softmax: (x) => op("Softmax", [x], { axis: int(-1) }),
  softplus: (x) => op("Softplus", [x]),
}

export function activate(name: ActivationName, x: SymbolicTensor): SymbolicTensor {
  return activations[name](x)
}
