/** @file How parameters lie in what a training step carries: large ones alone, all small ones end to end in one vector. */
import assert from "node:assert"

import { elementCountOf } from "../../onnx/element-types.ts"
import { op, ops } from "../graph/op.ts"
import { integers } from "../graph/operator.ts"
import type { SymbolicTensor } from "../graph/tensor.ts"
import { type Network, type NetworkPlan, planNetwork } from "./trace.ts"

/**
 * From this size on a parameter is carried alone. Each node of a step costs a fixed time, so small ones share those of the optimiser; cutting
 * and joining copies every value, so large ones do not.
 */
const aloneFrom = 16_384

export type Group = {
  readonly shape: readonly number[]
  /** Places in the plan, and where each begins in the group. */
  readonly members: readonly { readonly index: number; readonly offset: number }[]
}

/** Where weights lie in `carried`: groups first (`g0`, `g1` ...), each with its moments (`g0_m0` ...), then states (`s0` ...). */
export type NetworkLayout = {
  readonly plan: NetworkPlan
  readonly groups: readonly Group[]
}

export function layoutOf(network: Network): NetworkLayout {
  const plan = planNetwork(network)
  return { plan, groups: groupParameters(plan.parameters.map(({ shape }) => shape)) }
}

function groupParameters(shapes: readonly (readonly number[])[]): Group[] {
  const sizes = shapes.map(elementCountOf)
  const alone: Group[] = []
  const members: Group["members"][number][] = []
  let length = 0
  for (const [index, shape] of shapes.entries()) {
    const size = sizes[index] ?? 0
    if (size >= aloneFrom) alone.push({ shape, members: [{ index, offset: 0 }] })
    else {
      members.push({ index, offset: length })
      length += size
    }
  }
  return length === 0 ? alone : [...alone, { shape: [length], members }]
}

/** The parameters of a group, by its value. */
export function parametersOf(
  group: Group,
  value: SymbolicTensor,
  shapes: readonly (readonly number[])[],
): ReadonlyMap<number, SymbolicTensor> {
  const { members } = group
  const shapeOf = (index: number) => shapes[index] ?? missing()
  const sizes = members.map(({ index }) => elementCountOf(shapeOf(index)))
  const parts = members.length === 1 ? [value] : ops("Split", [value, integers(sizes)])
  return new Map(
    members.map(({ index }, at) => [index, op("Reshape", [parts[at] ?? null, integers(shapeOf(index))])]),
  )
}

/** The gradients of a group's parameters, as the group lies. */
export function joined(group: Group, ofParameter: (index: number) => SymbolicTensor): SymbolicTensor {
  const parts = group.members.map(({ index }) => ofParameter(index))
  const [first] = parts
  assert(first !== undefined)
  if (parts.length === 1) return op("Reshape", [first, integers(group.shape)])
  const flat = parts.map((part) => op("Reshape", [part, integers([-1])]))
  return op("Concat", flat, { axis: { kind: "int", value: 0n } })
}

/** Values of a group from those of its parameters. */
export function joinValues(group: Group, ofParameter: (index: number) => Float32Array): Float32Array {
  const values = new Float32Array(elementCountOf(group.shape))
  for (const { index, offset } of group.members) values.set(ofParameter(index), offset)
  return values
}

/** For what a layout and its graph both know. */
export function missing(): never {
  throw new assert.AssertionError({ message: "the layout and the graph differ" })
}
