/** @file The graph that evaluates a network: predictions and losses of rows, with the weights as inputs. */
import { createGraphBuilder } from "../../onnx/builder.ts"
import { encodeModel } from "../../onnx/codec.ts"
import { createEmitter } from "../graph/emit.ts"
import { inputsOf } from "./graph-inputs.ts"
import { missing, type NetworkLayout, parametersOf } from "./layout.ts"
import { lossInputOf, lossOfRows } from "./losses.ts"
import { type Objective, weightedSum } from "./objective.ts"
import { type Network, servingBindings, traceNetwork } from "./trace.ts"

/**
 * Inputs: weights as carried (`g0` ..., `s0` ...), data, targets and weights as in training but for [batch] rows. Outputs: `predictions0` ...
 * and `losses` [batch], penalties left out.
 */
export function compileEvaluation(network: Network, layout: NetworkLayout, objective: Objective): Uint8Array {
  const builder = createGraphBuilder()
  const emitter = createEmitter(builder)
  const input = inputsOf(builder, emitter)
  const shapes = layout.plan.parameters.map(({ shape }) => shape)
  const byPlace = new Map(
    layout.groups.flatMap((group, at) => [
      ...parametersOf(group, input(`g${at}`, "float32", group.shape), shapes),
    ]),
  )
  const states = layout.plan.states.map(({ shape }, at) => input(`s${at}`, "float32", shape))
  const { outputs } = traceNetwork(network, {
    ...servingBindings,
    inputs: network.inputs.map(({ type, shape }, at) => input(`x${at}`, type, ["batch", ...shape])),
    parameter: (index) => byPlace.get(index) ?? missing(),
    state: (index) => states[index] ?? missing(),
  })
  for (const [index, output] of outputs.entries())
    builder.output(emitter.value(output), `predictions${index}`, "float32", output.shape)
  const losses = objective.losses.map(({ loss, target }, index) => {
    const targets = input(`y${index}`, target.type, ["batch", ...target.shape])
    return lossOfRows(loss, targets, lossInputOf(loss, outputs[index] ?? missing()))
  })
  const rowWeights = objective.hasWeights ? input("w", "float32", ["batch"]) : null
  builder.output(emitter.value(weightedSum(objective, losses, rowWeights)), "losses", "float32", ["batch"])
  return encodeModel(builder.build({ name: "evaluation", metadata: {} }))
}
