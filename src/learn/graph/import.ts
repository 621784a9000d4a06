/** @file An ONNX graph, of whatever origin, as symbolic tensors that gradients pass through: how a pretrained encoder is tuned. */
import { fault } from "../../base/errors.ts"
import type { AttributeValue, Graph, Node, TensorValue } from "../../onnx/model.ts"
import { folded } from "./fold.ts"
import { ops } from "./op.ts"
import { integers, shapeFault } from "./operator.ts"
import { simplified } from "./simplify.ts"
import { sizesOf } from "./sizes.ts"
import {
  type Attributes,
  constant,
  type ElementType,
  isFloat,
  placeholder,
  type SymbolicTensor,
} from "./tensor.ts"

export type ImportOptions = {
  /** Which initializers gradients are wanted for; what is no float, such as sizes and places, stays constant whatever is said. */
  readonly trainable: (initializer: string) => boolean
  /** What stands for each input of the graph: placeholders, or values of other symbolic tensors. */
  readonly inputs: Readonly<Record<string, SymbolicTensor>>
}

export type ImportedGraph = {
  /** By their names in the graph. */
  readonly outputs: Readonly<Record<string, SymbolicTensor>>
  /** The initializers that `trainable` chose and outputs depend on: each value, and the placeholder that stands for it. */
  readonly parameters: readonly ImportedParameter[]
}

export type ImportedParameter = {
  readonly name: string
  readonly value: TensorValue
  readonly tensor: SymbolicTensor
}

/**
 * Takes over what the outputs need of a graph of ai.onnx 13 or newer; axes and parts as attributes, which newer versions have as inputs, are
 * understood. Throws GRAPH_OPERATOR for an operator or a type that graphs do not compute with, GRAPH_SHAPE where shapes do not fit or depend on
 * data, NETWORK_INPUT for an input that nothing stands for.
 */
export function importGraph(graph: Graph, { trainable, inputs }: ImportOptions): ImportedGraph {
  const values = new Map<string, SymbolicTensor>()
  const parameters: ImportedParameter[] = []
  const initializers = new Map(graph.initializers.map(({ name, tensor }) => [name, tensor]))

  const tensorOf = (name: string): SymbolicTensor => {
    const known = values.get(name)
    if (known !== undefined) return known
    const made = sourceOf(name)
    values.set(name, made)
    return made
  }

  /** Of a name that no node makes. */
  const sourceOf = (name: string): SymbolicTensor => {
    const given = inputs[name]
    if (given !== undefined) return matching(graph, name, given)
    const value = initializers.get(name)
    if (value === undefined) throw fault("NETWORK_INPUT", { name, inputs: Object.keys(inputs).length })
    const known = constantOf(name, value)
    if (!isFloat(known) || !trainable(name)) return known
    const tensor = placeholder(name, known.type, known.shape)
    parameters.push({ name, value, tensor })
    return tensor
  }

  for (const node of neededNodes(graph)) {
    const tensors = node.inputs.map((name) => (name === "" ? null : tensorOf(name)))
    const outputs = outputsOf(node, tensors)
    for (const [index, name] of node.outputs.entries()) {
      const output = outputs[index]
      if (name === "") continue
      if (output === undefined)
        throw fault("GRAPH_OPERATOR", { operator: node.operator, reason: `it has no output ${index}` })
      values.set(name, output)
    }
  }
  const outputs = Object.fromEntries(graph.outputs.map(({ name }) => [name, tensorOf(name)]))
  return { outputs, parameters }
}

/** Holds what the caller gives for an input against what the graph declares. */
function matching(graph: Graph, name: string, given: SymbolicTensor): SymbolicTensor {
  const declared = graph.inputs.find((input) => input.name === name)?.type
  if (declared?.kind !== "tensor") return given
  const { elementType, shape } = declared
  const fits =
    elementType === given.type &&
    (shape === null ||
      (shape.length === given.shape.length &&
        shape.every((size, axis) => typeof size === "string" || size === given.shape[axis])))
  if (!fits)
    throw shapeFault(
      `input ${name}`,
      `${given.type} [${given.shape.join(", ")}] is given for ${elementType} [${shape?.join(", ") ?? "?"}]`,
    )
  return given
}

function constantOf(name: string, value: TensorValue): SymbolicTensor {
  if (isComputable(value)) return constant(value)
  throw fault("GRAPH_OPERATOR", { operator: name, reason: `graphs do not compute with ${value.type}` })
}

function isComputable(value: TensorValue): value is TensorValue & { readonly type: ElementType } {
  return ["float32", "float64", "int64", "int32", "uint32", "bool"].includes(value.type)
}

/** In the order of the graph: those that outputs depend on. */
function neededNodes(graph: Graph): readonly Node[] {
  const needed = new Set(graph.outputs.map(({ name }) => name))
  const nodes: Node[] = []
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => name !== "" && needed.has(name))) continue
    for (const name of node.inputs) needed.add(name)
    nodes.push(node)
  }
  return nodes.reverse()
}

function outputsOf(node: Node, inputs: readonly (SymbolicTensor | null)[]): readonly SymbolicTensor[] {
  const { operator, domain } = node
  if (domain !== "" && domain !== "ai.onnx")
    throw fault("GRAPH_OPERATOR", { operator, reason: `its derivative is not known; it is of ${domain}` })
  const attributes = Object.fromEntries(node.attributes.map(({ name, value }) => [name, value]))
  if (operator === "Constant") return [constantOf(node.name, valueIn(attributes))]
  const newer = withInputs(operator, inputs, attributes)
  const same = simplified(operator, newer.inputs, newer.attributes) ?? folded(operator, newer.inputs)
  return same === null ? ops(operator, newer.inputs, newer.attributes).map(computedSizes) : [same]
}

/** The one attribute that a Constant has. */
function valueIn(attributes: Attributes): TensorValue {
  const [value] = Object.values(attributes)
  switch (value?.kind) {
    case "tensor":
      return value.value
    case "int":
      return { type: "int64", shape: [], data: BigInt64Array.of(value.value) }
    case "ints":
      return { type: "int64", shape: [value.value.length], data: value.value }
    case "float":
      return { type: "float32", shape: [], data: Float32Array.of(value.value) }
    case "floats":
      return { type: "float32", shape: [value.value.length], data: value.value }
    default:
      throw fault("GRAPH_OPERATOR", { operator: "Constant", reason: "its value is no tensor of numbers" })
  }
}

/** What older versions have as an attribute and newer ones as the second input. */
function withInputs(
  operator: string,
  inputs: readonly (SymbolicTensor | null)[],
  attributes: Readonly<Record<string, AttributeValue>>,
): { readonly inputs: readonly (SymbolicTensor | null)[]; readonly attributes: Attributes } {
  const isReduction = operator.startsWith("Reduce") || operator === "Squeeze" || operator === "Unsqueeze"
  const name = isReduction ? "axes" : "split"
  const { [name]: moved, ...rest } = attributes
  if (moved?.kind !== "ints" || inputs.length !== 1) return { inputs, attributes }
  return { inputs: [...inputs, integers(Array.from(moved.value, Number))], attributes: rest }
}

/** Sizes and places that come out as numbers become constants, so that shapes can be told from them. */
function computedSizes(tensor: SymbolicTensor): SymbolicTensor {
  const sizes = sizesOf(tensor)?.filter((size) => typeof size === "number")
  const shape = tensor.shape.filter((size) => typeof size === "number")
  const count = shape.reduce((product, size) => product * size, 1)
  if (sizes === undefined || shape.length !== tensor.shape.length || sizes.length !== count) return tensor
  return constant({ type: "int64", shape, data: BigInt64Array.from(sizes, BigInt) })
}
