/** @file Inputs of the graphs of a network, declared and bound in one go. */
import type { GraphBuilder } from "../../onnx/builder.ts"
import type { Emitter } from "../graph/emit.ts"
import { placeholder, type SymbolicTensor } from "../graph/tensor.ts"

export type DeclareInput = (
  name: string,
  type: "float32" | "int64" | "int32",
  shape: readonly (number | string)[],
) => SymbolicTensor

export function inputsOf(builder: GraphBuilder, emitter: Emitter): DeclareInput {
  return (name, type, shape) => {
    const tensor = placeholder(name, type, shape)
    emitter.bind(tensor, builder.input(name, type, shape))
    return tensor
  }
}
