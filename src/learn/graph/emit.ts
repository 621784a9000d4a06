/** @file Writes symbolic tensors out as ONNX nodes: only what is asked for and what that needs, equal nodes once. */
import assert from "node:assert"

import type { GraphBuilder } from "../../onnx/builder.ts"
import type { AttributeValue } from "../../onnx/model.ts"
import { operations } from "./op.ts"
import { nodeOf, type SymbolicNode, type SymbolicTensor } from "./tensor.ts"

export type Emitter = {
  /** Says under which name a placeholder is there. */
  readonly bind: (placeholder: SymbolicTensor, name: string) => void
  /** The name of a tensor's value, with all nodes that it takes. */
  readonly value: (tensor: SymbolicTensor) => string
}

export function createEmitter(builder: GraphBuilder): Emitter {
  return emitterInto(builder, null)
}

/** Emits into a body of Scan what depends on the body's own placeholders; all else is computed once, outside. */
export function createBodyEmitter(body: GraphBuilder, outer: Emitter): Emitter {
  return emitterInto(body, outer)
}

function emitterInto(builder: GraphBuilder, outer: Emitter | null): Emitter {
  const names = new Map<SymbolicTensor, string>()
  const nodes = new Map<string, readonly string[]>()
  const isOwn = new Map<SymbolicTensor, boolean>()

  const expanded = new Map<SymbolicNode, readonly SymbolicTensor[] | null>()
  const lowered = (node: SymbolicNode): readonly SymbolicTensor[] | null => {
    const known = expanded.get(node)
    if (known !== undefined) return known
    const { inputs, attributes } = node
    const tensors = node.operator.lower?.({ inputs, attributes, ...operations }) ?? null
    expanded.set(node, tensors)
    return tensors
  }

  const emit = (tensor: SymbolicTensor): string => {
    const known = names.get(tensor)
    if (known !== undefined) return known
    const name = emitNew(tensor)
    names.set(tensor, name)
    return name
  }

  const emitNew = (tensor: SymbolicTensor): string => {
    const { origin } = tensor
    if (origin.kind === "constant") return builder.constant(origin.value)
    if (outer !== null && !belongs(tensor)) return outer.value(tensor)
    assert(origin.kind === "node", `placeholder ${describeOrigin(tensor)} is bound to nothing`)
    const other = lowered(origin.node)?.[origin.output]
    if (other !== undefined) return emit(other)
    const [name] = emitNode(origin.node).slice(origin.output)
    assert(name !== undefined)
    return name
  }

  const emitNode = ({ operator, inputs, attributes, outputs }: SymbolicNode): readonly string[] => {
    const inputNames = inputs.map((input) => (input === null ? "" : emit(input)))
    const key = `${operator.domain}.${operator.name}(${inputNames.join(",")})${attributesKey(attributes)}`
    const known = nodes.get(key)
    if (known !== undefined) return known
    const made = builder.node(operator.name, inputNames, {
      attributes,
      domain: operator.domain,
      outputs: outputs.length,
    })
    nodes.set(key, made)
    return made
  }

  const belongs = (tensor: SymbolicTensor): boolean => {
    const known = isOwn.get(tensor)
    if (known !== undefined) return known
    const node = nodeOf(tensor)
    const inputs = node?.inputs ?? []
    const result = inputs.some((input) => input !== null && belongs(input))
    isOwn.set(tensor, result)
    return result
  }

  return {
    bind: (placeholder, name) => {
      names.set(placeholder, name)
      isOwn.set(placeholder, true)
    },
    value: emit,
  }
}

function attributesKey(attributes: Readonly<Record<string, AttributeValue>>): string {
  const entries = Object.entries(attributes)
  if (entries.length === 0) return ""
  return JSON.stringify(entries, (_, value: unknown) => {
    if (typeof value === "bigint") return `${value}n`
    return ArrayBuffer.isView(value) ? `${value}` : value
  })
}

function describeOrigin({ origin }: SymbolicTensor): string {
  return origin.kind === "placeholder" ? origin.name : origin.kind
}
