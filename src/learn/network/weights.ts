/** @file Weights between the shapes that people see and the vectors that a training carries. */
import assert from "node:assert"

import { elementCountOf } from "../../onnx/element-types.ts"
import type { Tensors } from "./course.ts"
import { initialValues } from "./initializers.ts"
import { joinValues, type NetworkLayout } from "./layout.ts"

/** What a training of a new network starts with; moments are 0. */
export function initialTensors(layout: NetworkLayout, seed: number): Tensors {
  const { plan, groups } = layout
  const initial = (index: number) => {
    const parameter = plan.parameters[index]
    assert(parameter !== undefined)
    return initialValues(parameter.initializer, parameter.shape, { seed, stream: index })
  }
  const tensors: Record<string, Float32Array> = {}
  for (const [at, group] of groups.entries()) tensors[`g${at}`] = joinValues(group, initial)
  for (const [at, state] of plan.states.entries())
    tensors[`s${at}`] = new Float32Array(elementCountOf(state.shape)).fill(state.initial)
  return tensors
}

/** With moments of 0 for `slotCount` of each group, where there are none yet. */
export function withSlots(layout: NetworkLayout, tensors: Tensors, slotCount: number): Tensors {
  const all: Record<string, Float32Array> = {}
  for (const at of layout.groups.keys()) {
    const group = valuesOf(tensors, `g${at}`)
    all[`g${at}`] = group
    for (let slot = 0; slot < slotCount; slot++)
      all[`g${at}_m${slot}`] = tensors[`g${at}_m${slot}`] ?? new Float32Array(group.length)
  }
  for (const at of layout.plan.states.keys()) all[`s${at}`] = stateValues(tensors, at)
  return all
}

/** A view of one parameter's values. */
export function parameterValues(layout: NetworkLayout, tensors: Tensors, index: number): Float32Array {
  for (const [at, { members }] of layout.groups.entries()) {
    const member = members.find((each) => each.index === index)
    if (member === undefined) continue
    const parameter = layout.plan.parameters[index]
    assert(parameter !== undefined)
    return valuesOf(tensors, `g${at}`).subarray(
      member.offset,
      member.offset + elementCountOf(parameter.shape),
    )
  }
  throw new assert.AssertionError({ message: `no parameter ${index}` })
}

export function stateValues(tensors: Tensors, index: number): Float32Array {
  return valuesOf(tensors, `s${index}`)
}

/** One of the tensors that a training carries. */
export function valuesOf(tensors: Tensors, name: string): Float32Array {
  const values = tensors[name]
  assert(values !== undefined, `no tensor ${name}`)
  return values
}
