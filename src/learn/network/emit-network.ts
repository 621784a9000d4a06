/** @file The nodes of a network that serves, with its weights as constants. */
import type { GraphBuilder } from "../../onnx/builder.ts"
import { float32 } from "../../onnx/tensors.ts"
import { createEmitter } from "../graph/emit.ts"
import { constant, placeholder } from "../graph/tensor.ts"
import type { ModelTensor } from "./layer.ts"
import { missing } from "./layout.ts"
import { type Network, servingBindings, traceNetwork } from "./trace.ts"

/** Appends the network's nodes with its weights as constants; returns the names of its outputs. Values in `named` get the name that is said. */
export function emitNetwork(
  builder: GraphBuilder,
  network: Network,
  weights: {
    readonly inputs: readonly string[]
    readonly parameter: (index: number) => Float32Array
    readonly state: (index: number) => Float32Array
    readonly named?: readonly { readonly tensor: ModelTensor; readonly name: string }[]
  },
): readonly string[] {
  const emitter = createEmitter(builder)
  const xs = network.inputs.map(({ type, shape }, at) => {
    const tensor = placeholder(`x${at}`, type, ["batch", ...shape])
    emitter.bind(tensor, weights.inputs[at] ?? "")
    return tensor
  })
  const { outputs, values } = traceNetwork(network, {
    ...servingBindings,
    inputs: xs,
    parameter: (index, { shape }) => constant(float32(weights.parameter(index), shape)),
    state: (index, { shape }) => constant(float32(weights.state(index), shape)),
  })
  for (const { tensor, name } of weights.named ?? []) {
    const value = values.get(tensor) ?? missing()
    const [named = ""] = builder.node("Identity", [emitter.value(value)], { outputs: [name] })
    emitter.bind(value, named)
  }
  return outputs.map((output) => emitter.value(output))
}
