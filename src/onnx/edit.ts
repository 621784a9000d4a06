/** @file Changes to finished models: each gives a new model and leaves the old one as it was. */
import { fault } from "../base/errors.ts"
import type { TensorType } from "./element-types.ts"
import type { Dimension, Graph, Model, Node, ValueInfo } from "./model.ts"

export type AddedOutput = {
  /** Any value of the main graph: of a node, an input or an initializer. */
  readonly value: string
  readonly name: string
  readonly type: TensorType
  readonly shape: readonly Dimension[]
}

/** The model with these values as further outputs, after those it has. Throws ONNX_INVALID for an unknown value or a taken name. */
export function addOutputs(model: Model, added: readonly AddedOutput[]): Model {
  const { graph } = model
  const names = valueNames(graph)
  const computed = new Set(graph.nodes.flatMap((node) => node.outputs))
  const taken = new Set(graph.outputs.map(({ name }) => name))
  const outputs: ValueInfo[] = [...graph.outputs]
  const nodes: Node[] = [...graph.nodes]
  for (const { value, name, type, shape } of added) {
    const place = `output ${JSON.stringify(name)}`
    if (!names.has(value))
      throw fault("ONNX_INVALID", { place, reason: `there is no value ${JSON.stringify(value)}` })
    const isItself = name === value && computed.has(value)
    if (name === "" || taken.has(name) || (names.has(name) && !isItself))
      throw fault("ONNX_INVALID", { place, reason: "the name is taken" })
    if (name !== value) nodes.push(identity(value, name))
    names.add(name)
    taken.add(name)
    outputs.push({ name, type: { kind: "tensor", elementType: type, shape }, description: "" })
  }
  return { ...model, graph: { ...graph, nodes, outputs } }
}

/** The metadata of a file by key, as texts. */
export function readMetadata(model: Model): ReadonlyMap<string, string> {
  return new Map(Object.entries(model.metadata))
}

function valueNames(graph: Graph): Set<string> {
  return new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.initializers.map(({ name }) => name),
    ...graph.sparseInitializers.map(({ name }) => name),
    ...graph.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== ""),
  ])
}

function identity(value: string, name: string): Node {
  return {
    operator: "Identity",
    domain: "",
    overload: "",
    name: `expose/${name}`,
    inputs: [value],
    outputs: [name],
    attributes: [],
  }
}
