/** @file Reverse-mode differentiation: a pass over any graph of operators that have derivatives, ours or imported. */
import assert from "node:assert"

import { fault } from "../../base/errors.ts"
import { expandTo } from "./broadcast.ts"
import { operations } from "./op.ts"
import { isFloat, nodeOf, type SymbolicNode, type SymbolicTensor } from "./tensor.ts"

/**
 * The gradients of sum(seed * output) over all outputs, by each of `sources`, of its shape; null where no output depends on it. Seeds broadcast
 * to their outputs' shapes. Throws GRAPH_OPERATOR where the way passes an operator without a derivative.
 */
export function gradients(
  outputs: readonly { readonly output: SymbolicTensor; readonly seed: SymbolicTensor }[],
  sources: readonly SymbolicTensor[],
): (SymbolicTensor | null)[] {
  const depends = dependence(sources)
  const found = new Map<SymbolicTensor, SymbolicTensor>()
  const add = (tensor: SymbolicTensor, gradient: SymbolicTensor) => {
    const known = found.get(tensor)
    found.set(tensor, known === undefined ? gradient : operations.op("Add", [known, gradient]))
  }
  for (const { output, seed } of outputs) if (depends(output)) add(output, seed)
  const order = nodesBefore(
    outputs.map(({ output }) => output),
    (tensor) => depends(tensor) && !sources.includes(tensor),
  )
  for (const node of order.reverse()) passThrough(node, { found, depends, add })
  return sources.map((source) => {
    const gradient = found.get(source)
    return gradient === undefined ? null : expandTo(operations, gradient, source)
  })
}

function passThrough(
  node: SymbolicNode,
  state: {
    readonly found: ReadonlyMap<SymbolicTensor, SymbolicTensor>
    readonly depends: (tensor: SymbolicTensor) => boolean
    readonly add: (tensor: SymbolicTensor, gradient: SymbolicTensor) => void
  },
): void {
  const { operator, inputs, attributes, outputs } = node
  const arrived = outputs.map((output) => state.found.get(output) ?? null)
  if (operator.derivative === "none" || arrived.every((gradient) => gradient === null)) return
  if (operator.derivative === null)
    throw fault("GRAPH_OPERATOR", { operator: operator.name, reason: "its derivative is not known" })
  const needs = (index: number) => {
    const input = inputs[index]
    return input !== undefined && input !== null && isFloat(input) && state.depends(input)
  }
  const gradients = arrived.map((gradient, index) => {
    const output = outputs[index]
    if (gradient === null || output === undefined || operator.takesBroadcastGradients) return gradient
    return expandTo(operations, gradient, output)
  })
  const passed = operator.derivative({ inputs, attributes, outputs, gradients, needs, ...operations })
  for (const [index, gradient] of passed.entries()) {
    const input = inputs[index]
    if (gradient === null || !needs(index)) continue
    assert(input !== undefined && input !== null)
    state.add(input, gradient)
  }
}

/** Does a tensor depend on one of the sources? */
export function dependence(sources: readonly SymbolicTensor[]): (tensor: SymbolicTensor) => boolean {
  const known = new Map<SymbolicTensor, boolean>(sources.map((source) => [source, true]))
  return (asked) => {
    // Without recursion: a graph may be deeper than the stack.
    const stack = [asked]
    for (let tensor = stack.at(-1); tensor !== undefined; tensor = stack.at(-1)) {
      if (known.has(tensor)) {
        stack.pop()
        continue
      }
      const inputs = nodeOf(tensor)?.inputs.filter((input) => input !== null) ?? []
      const open = inputs.find((input) => !known.has(input))
      const isFound = inputs.some((input) => known.get(input) === true)
      if (!isFound && open !== undefined) {
        stack.push(open)
        continue
      }
      known.set(tensor, isFound)
      stack.pop()
    }
    return known.get(asked) === true
  }
}

/** The nodes that the tensors come from, each after those that it reads; only what `enters` says yes to is followed. */
export function nodesBefore(
  tensors: readonly SymbolicTensor[],
  enters: (tensor: SymbolicTensor) => boolean,
): SymbolicNode[] {
  const order: SymbolicNode[] = []
  const seen = new Set<SymbolicNode>()
  const stack: { readonly node: SymbolicNode; isEntered: boolean }[] = []
  const push = (tensor: SymbolicTensor) => {
    const node = nodeOf(tensor)
    if (node !== null && enters(tensor) && !seen.has(node)) stack.push({ node, isEntered: false })
  }
  for (const tensor of tensors) {
    push(tensor)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (top.isEntered || seen.has(top.node)) {
        stack.pop()
        if (!seen.has(top.node)) order.push(top.node)
        seen.add(top.node)
        continue
      }
      top.isEntered = true
      for (const input of top.node.inputs) if (input !== null) push(input)
    }
  }
  return order
}
