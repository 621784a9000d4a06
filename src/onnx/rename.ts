/** @file Gives values other names, in the bodies of control flow as well. */
import type { Attribute, AttributeValue, Graph, Node } from "./model.ts"

/** The nodes with each value of `renames` under its new name; bodies that define such a name themselves keep their own. */
export function renameValues(nodes: readonly Node[], renames: ReadonlyMap<string, string>): readonly Node[] {
  if (renames.size === 0) return [...nodes]
  const rename = (name: string): string => renames.get(name) ?? name
  return nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
    attributes: node.attributes.map((attribute) => renameInAttribute(attribute, renames)),
  }))
}

function renameInAttribute({ name, value }: Attribute, renames: ReadonlyMap<string, string>): Attribute {
  return { name, value: renameInValue(value, renames) }
}

function renameInValue(value: AttributeValue, renames: ReadonlyMap<string, string>): AttributeValue {
  if (value.kind === "graph") return { kind: "graph", value: renameInBody(value.value, renames) }
  if (value.kind === "graphs")
    return { kind: "graphs", value: value.value.map((body) => renameInBody(body, renames)) }
  return value
}

function renameInBody(body: Graph, renames: ReadonlyMap<string, string>): Graph {
  const own = new Set([
    ...body.inputs.map(({ name }) => name),
    ...body.initializers.map(({ name }) => name),
    ...body.nodes.flatMap(({ outputs }) => outputs),
  ])
  const visible = new Map([...renames].filter(([name]) => !own.has(name)))
  return { ...body, nodes: renameValues(body.nodes, visible) }
}
