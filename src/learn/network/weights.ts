/** @file Weights between the shapes that people see and the vectors that a training carries. */
import assert from "node:assert"

import type { NetworkLayout } from "./compile.ts"
import type { Tensors } from "./course.ts"
import { initialValues } from "./initializers.ts"
import { joinValues } from "./layout.ts"

/** What a training of a new network starts with; moments are 0. */
export function initialTensors(layout: NetworkLayout, seed: number): Tensors {
  const { plan, groups } = layout
  const values = plan.parameters.map(({ initializer, shape }, stream) =>
    initialValues(initializer, shape, { seed, stream }),
  )
  const tensors: Record<string, Float32Array> = {}
  for (const [at, group] of groups.entries())
    tensors[`g${at}`] = joinValues(group, (index) => values[index] ?? new Float32Array())
  for (const [at, { shape, initial }] of plan.states.entries())
    tensors[`s${at}`] = new Float32Array(shape.reduce((count, size) => count * size, 1)).fill(initial)
  return tensors
}

/** With moments of 0 for `slotCount` of each group, where there are none yet. */
export function withSlots(layout: NetworkLayout, tensors: Tensors, slotCount: number): Tensors {
  const all: Record<string, Float32Array> = {}
  for (const at of layout.groups.keys()) {
    const group = tensors[`g${at}`]
    assert(group !== undefined)
    all[`g${at}`] = group
    for (let slot = 0; slot < slotCount; slot++)
      all[`g${at}_m${slot}`] = tensors[`g${at}_m${slot}`] ?? new Float32Array(group.length)
  }
  for (const at of layout.plan.states.keys()) all[`s${at}`] = tensors[`s${at}`] ?? new Float32Array()
  return all
}

/** A view of one parameter's values. */
export function parameterValues(layout: NetworkLayout, tensors: Tensors, index: number): Float32Array {
  for (const [at, { members }] of layout.groups.entries()) {
    const member = members.find((each) => each.index === index)
    if (member === undefined) continue
    const shape = layout.plan.parameters[index]?.shape ?? []
    const size = shape.reduce((count, length) => count * length, 1)
    const group = tensors[`g${at}`]
    assert(group !== undefined)
    return group.subarray(member.offset, member.offset + size)
  }
  throw new assert.AssertionError({ message: `no parameter ${index}` })
}

export function stateValues(tensors: Tensors, index: number): Float32Array {
  const values = tensors[`s${index}`]
  assert(values !== undefined)
  return values
}
