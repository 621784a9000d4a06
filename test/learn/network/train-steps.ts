/** @file Training steps on given batches from given weights, with the loss of each: what peers recorded. */
import assert from "node:assert"

import { openSession } from "../../../src/engine/open-session.ts"
import { compileTraining } from "../../../src/learn/network/compile-training.ts"
import { joinValues, layoutOf } from "../../../src/learn/network/layout.ts"
import type { Objective } from "../../../src/learn/network/objective.ts"
import type { Optimizer } from "../../../src/learn/network/optimizers.ts"
import type { TrainingArray } from "../../../src/learn/network/source.ts"
import type { Network } from "../../../src/learn/network/trace.ts"
import { parameterValues } from "../../../src/learn/network/weights.ts"

/** All steps in one call, at the optimiser's own rate. Returns the loss before each step, and the parameters after the last. */
export async function trainSteps(options: {
  readonly network: Network
  readonly objective: Objective
  readonly optimizer: Optimizer
  readonly parameters: readonly Float32Array[]
  readonly inputs: readonly TrainingArray[]
  readonly targets: readonly TrainingArray[]
  /** Row numbers [steps, batch]. */
  readonly batches: { readonly shape: readonly number[]; readonly data: readonly number[] }
}): Promise<{ readonly losses: Float32Array; readonly parameters: readonly Float32Array[] }> {
  const { network, objective, optimizer, parameters, inputs, targets, batches } = options
  const layout = layoutOf(network)
  const graph = compileTraining({ network, layout, objective, optimizer, withPredictions: false })
  const session = await openSession(graph.bytes, { threads: 1 })
  try {
    const [steps = 0] = batches.shape
    const scalars = Array.from({ length: graph.scalarCount }, (_, index) =>
      Float32Array.from(
        { length: steps },
        (_step, at) => optimizer.scalars(at + 1, optimizer.learningRate)[index] ?? 0,
      ),
    )
    const start = new Map(
      layout.groups.map((group, at) => [
        `g${at}`,
        joinValues(group, (index) => parameters[index] ?? assert.fail()),
      ]),
    )
    const outputs = await session.run({
      ...Object.fromEntries(inputs.map((array, at) => [`x${at}`, array])),
      ...Object.fromEntries(targets.map((array, at) => [`y${at}`, array])),
      indices: { type: "int32", shape: batches.shape, data: Int32Array.from(batches.data) },
      ...Object.fromEntries(
        scalars.map((data, at) => [`rate${at}`, { type: "float32", shape: [steps], data }]),
      ),
      ...Object.fromEntries(
        graph.carried.map(({ name, shape }) => {
          const count = shape.reduce((product, size) => product * size, 1)
          return [name, { type: "float32", shape, data: start.get(name) ?? new Float32Array(count) }]
        }),
      ),
    })
    const floats = (name: string) => {
      const tensor = outputs[name]
      assert(tensor?.type === "float32")
      return tensor.data
    }
    const carried = Object.fromEntries(graph.carried.map(({ name }) => [name, floats(`next_${name}`)]))
    return {
      losses: floats("losses"),
      parameters: parameters.map((_, index) => parameterValues(layout, carried, index)),
    }
  } finally {
    await session.close()
  }
}
