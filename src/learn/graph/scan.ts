/** @file Steps of one kind, one after the other, as one Scan node: what a step carries, walks along and leaves behind. */
import assert from "node:assert"

import { graph, int } from "../../onnx/attributes.ts"
import type { GraphBuilder } from "../../onnx/builder.ts"
import { createBodyEmitter, type Emitter } from "./emit.ts"
import type { SymbolicTensor } from "./tensor.ts"

export type Steps = {
  /** `current` is a placeholder inside of a step, of a known shape; `start` is its value before the first one. */
  readonly carried: readonly {
    readonly current: SymbolicTensor
    readonly next: SymbolicTensor
    readonly start: SymbolicTensor
  }[]
  /** `slice` is a placeholder inside of a step, `sequence` has one more axis in front, the steps. */
  readonly walked: readonly { readonly slice: SymbolicTensor; readonly sequence: SymbolicTensor }[]
  /** `part` is a value of a step; `whole`, a placeholder outside, stands for those of all steps. */
  readonly stacked: readonly { readonly part: SymbolicTensor; readonly whole: SymbolicTensor }[]
}

/**
 * Emits the node and binds every `whole`. What of a step depends on nothing that changes from step to step is computed once, before.
 * Returns the names of what is carried after the last step. At run time there must be at least one step.
 */
export function emitScan(builder: GraphBuilder, emitter: Emitter, steps: Steps): readonly string[] {
  const { carried, walked, stacked } = steps
  const inputs = [
    ...carried.map(({ start }) => emitter.value(start)),
    ...walked.map(({ sequence }) => emitter.value(sequence)),
  ]
  const body = builder.subgraph()
  const inside = createBodyEmitter(body, emitter)
  const placeholders = [...carried.map(({ current }) => current), ...walked.map(({ slice }) => slice)]
  for (const [index, { type, shape }] of placeholders.entries()) {
    const placeholder = placeholders[index]
    assert(placeholder !== undefined && type !== "uint32", "what enters a step is of a type that files name")
    inside.bind(placeholder, body.input(`step/${index}`, type, shape))
  }
  const results = [...carried.map(({ next }) => next), ...stacked.map(({ part }) => part)]
  for (const [index, result] of results.entries()) {
    const { type, shape } = result
    assert(type !== "uint32", "what leaves a step is of a type that files name")
    body.output(inside.value(result), `step/${placeholders.length + index}`, type, shape)
  }
  const outputs = builder.node("Scan", inputs, {
    attributes: { body: graph(body.buildGraph("step")), num_scan_inputs: int(walked.length) },
    outputs: results.map((_, index) => `scan/${index}`),
  })
  for (const [index, { whole }] of stacked.entries()) {
    const name = outputs[carried.length + index]
    assert(name !== undefined)
    emitter.bind(whole, name)
  }
  return outputs.slice(0, carried.length)
}
