/** @file Builds ONNX graphs from code: unique deterministic names, shared constants, subgraphs that see the outer scope. */
import assert from "node:assert"
import { createHash } from "node:crypto"

import { fault } from "../base/errors.ts"
import { checkModel } from "./checker.ts"
import { elementCountOf, elementTypes, rawByteLength, type TensorType } from "./element-types.ts"
import type {
  Attribute,
  AttributeValue,
  Dimension,
  Graph,
  Initializer,
  Model,
  Node,
  TensorValue,
  ValueInfo,
} from "./model.ts"
import { renameValues } from "./rename.ts"
import { type Domain, irVersion, opsetVersions, producerName } from "./versions.ts"

/** A text is a string attribute, an array of texts a strings one; numbers go through `int`, `float` and their like of attributes.ts. */
export type AttributeInputs = Readonly<Record<string, AttributeValue | string | readonly string[]>>

export type NodeOptions = {
  readonly attributes?: AttributeInputs
  /** How many outputs (1), or their names; `""` leaves an optional one out. */
  readonly outputs?: number | readonly string[]
  readonly domain?: Domain
  /** Base of the node's name and of its outputs' names; the operator unless given. */
  readonly name?: string
}

/** Values are named by strings; every name that a method returns can be an input of later nodes. */
export type GraphBuilder = {
  /** Declares an input of the graph; free dimensions are texts. The name is taken as it is, without the prefix. */
  readonly input: (name: string, type: TensorType, shape: readonly Dimension[]) => string
  /** An initializer; an equal one of the same graph is shared unless a name is given. The data must not change afterwards. */
  readonly constant: (tensor: TensorValue, name?: string) => string
  /** Appends a node; returns its outputs' names. */
  readonly node: (operator: string, inputs: readonly string[], options?: NodeOptions) => readonly string[]
  /** Appends a node with one output; returns its name. */
  readonly op: (
    operator: string,
    inputs: readonly string[],
    attributes?: AttributeInputs,
    domain?: Domain,
  ) => string
  /** Declares a value as an output of the graph under this very name. Throws ONNX_INVALID when the name is taken. */
  readonly output: (value: string, name: string, type: TensorType, shape: readonly Dimension[]) => void
  /** A view of the same graph that puts this before the names it makes; prefixes add up. */
  readonly prefix: (prefix: string) => GraphBuilder
  /** A builder for a body of If, Loop or Scan: sees the values made so far; `buildGraph` gives the attribute's graph. */
  readonly subgraph: () => GraphBuilder
  readonly buildGraph: (name: string) => Graph
  /** The whole model, checked. Throws ONNX_INVALID. */
  readonly build: (options: BuildOptions) => Model
}

export type BuildOptions = {
  readonly name: string
  readonly metadata: Readonly<Record<string, string>>
}

export function createGraphBuilder(): GraphBuilder {
  return view(emptyScope(null), "")
}

/** What a graph and all its subgraphs share. */
type Family = {
  readonly names: Set<string>
  readonly counts: Map<string, number>
  readonly domains: Set<Domain>
}

type Scope = {
  readonly family: Family
  readonly parent: Scope | null
  /** Every name that nodes may read, made in this graph. */
  readonly values: Set<string>
  /** Those of them that nodes make, and so can be renamed. */
  readonly computed: Set<string>
  readonly constants: Map<string, string>
  /** From the name that a value was made with to the name of the output that it became. */
  readonly renames: Map<string, string>
  readonly inputs: ValueInfo[]
  readonly outputs: ValueInfo[]
  readonly initializers: Initializer[]
  readonly nodes: Node[]
}

function emptyScope(parent: Scope | null): Scope {
  return {
    family: parent?.family ?? { names: new Set(), counts: new Map(), domains: new Set([""]) },
    parent,
    values: new Set(),
    computed: new Set(),
    constants: new Map(),
    renames: new Map(),
    inputs: [],
    outputs: [],
    initializers: [],
    nodes: [],
  }
}

function view(scope: Scope, prefix: string): GraphBuilder {
  return {
    input: (name, type, shape) => {
      claimName(scope, name)
      scope.values.add(name)
      scope.inputs.push(tensorInfo(name, { type, shape }))
      return name
    },
    constant: (tensor, name) => addConstant(scope, prefix, { tensor, name }),
    node: (operator, inputs, options = {}) => addNode(scope, prefix, { operator, inputs, options }),
    op: (operator, inputs, attributes = {}, domain = "") => {
      const [output] = addNode(scope, prefix, { operator, inputs, options: { attributes, domain } })
      assert(output !== undefined)
      return output
    },
    output: (value, name, type, shape) => addOutput(scope, { value, name, type, shape }),
    prefix: (more) => view(scope, prefix + more),
    subgraph: () => view(emptyScope(scope), prefix),
    buildGraph: (name) => graphOf(scope, name),
    build: (options) => modelOf(scope, options),
  }
}

function addConstant(
  scope: Scope,
  prefix: string,
  { tensor, name }: { readonly tensor: TensorValue; readonly name: string | undefined },
): string {
  assertFilled(tensor)
  const fingerprint = fingerprintOf(tensor)
  const known = scope.constants.get(fingerprint)
  if (name === undefined && known !== undefined) return known
  const chosen = name === undefined ? freshName(scope, `${prefix}constant`) : claimName(scope, prefix + name)
  if (known === undefined) scope.constants.set(fingerprint, chosen)
  scope.values.add(chosen)
  scope.initializers.push({ name: chosen, tensor })
  return chosen
}

function assertFilled(tensor: TensorValue): void {
  const { type, shape, data } = tensor
  const count = elementCountOf(shape)
  // Types that we do not compute with are given as packed bytes.
  const expected = type === "string" || data.BYTES_PER_ELEMENT > 1 ? count : rawByteLength(type, count)
  assert(
    data.length === expected,
    `a ${type} tensor of shape [${shape.join(", ")}] has ${data.length} elements`,
  )
}

/** Type, shape and SHA-256 of the data: equal for equal constants. */
function fingerprintOf(tensor: TensorValue): string {
  const hash = createHash("sha256")
  if (tensor.type === "string") hash.update(JSON.stringify(tensor.data))
  else hash.update(tensor.data)
  return `${elementTypes[tensor.type].number} ${tensor.shape.join(",")} ${hash.digest("base64")}`
}

function addNode(
  scope: Scope,
  prefix: string,
  call: { readonly operator: string; readonly inputs: readonly string[]; readonly options: NodeOptions },
): readonly string[] {
  const { operator, inputs, options } = call
  const { domain = "", outputs = 1 } = options
  for (const input of inputs)
    assert(
      input === "" || isVisible(scope, input),
      `${operator} reads ${JSON.stringify(input)}, which is no value`,
    )
  const name = freshName(scope, prefix + (options.name ?? operator))
  const outputNames =
    typeof outputs === "number" ? numbered(scope, name, outputs) : named(scope, prefix, outputs)
  for (const output of outputNames) {
    if (output === "") continue
    scope.values.add(output)
    scope.computed.add(output)
  }
  scope.family.domains.add(domain)
  const attributes = Object.entries(options.attributes ?? {}).map(toAttribute)
  scope.nodes.push({
    operator,
    domain,
    overload: "",
    name,
    inputs: [...inputs],
    outputs: outputNames,
    attributes,
  })
  return outputNames
}

function isVisible(scope: Scope, value: string): boolean {
  for (let at: Scope | null = scope; at !== null; at = at.parent) if (at.values.has(value)) return true
  return false
}

/** One output has the name of its node. */
function numbered(scope: Scope, name: string, count: number): readonly string[] {
  if (count === 1) return [name]
  return Array.from({ length: count }, (_, index) => claimName(scope, `${name}.${index}`))
}

function named(scope: Scope, prefix: string, names: readonly string[]): readonly string[] {
  return names.map((name) => (name === "" ? "" : claimName(scope, prefix + name)))
}

function toAttribute([name, input]: [string, AttributeValue | string | readonly string[]]): Attribute {
  if (typeof input === "string") return { name, value: { kind: "string", value: input } }
  if (isTexts(input)) return { name, value: { kind: "strings", value: input } }
  return { name, value: input }
}

function isTexts(input: AttributeValue | readonly string[]): input is readonly string[] {
  return Array.isArray(input)
}

function addOutput(
  scope: Scope,
  output: {
    readonly value: string
    readonly name: string
    readonly type: TensorType
    readonly shape: readonly Dimension[]
  },
): void {
  const { value, name } = output
  assert(
    isVisible(scope, value),
    `output ${JSON.stringify(name)} is ${JSON.stringify(value)}, which is no value`,
  )
  const isFree = scope.computed.has(value) && !scope.renames.has(value)
  if (!isFree || value !== name) claimName(scope, name)
  scope.values.add(name)
  if (isFree) scope.renames.set(value, name)
  else scope.nodes.push(identity(value, name))
  scope.outputs.push(tensorInfo(name, output))
}

function identity(value: string, name: string): Node {
  return {
    operator: "Identity",
    domain: "",
    overload: "",
    name,
    inputs: [value],
    outputs: [name],
    attributes: [],
  }
}

function tensorInfo(
  name: string,
  { type, shape }: { readonly type: TensorType; readonly shape: readonly Dimension[] },
): ValueInfo {
  return { name, type: { kind: "tensor", elementType: type, shape: [...shape] }, description: "" }
}

function claimName(scope: Scope, name: string): string {
  const { names } = scope.family
  if (name === "") throw fault("ONNX_INVALID", { place: "a value", reason: "its name is empty" })
  if (names.has(name))
    throw fault("ONNX_INVALID", { place: JSON.stringify(name), reason: "the name is taken" })
  names.add(name)
  return name
}

function freshName(scope: Scope, base: string): string {
  const { names, counts } = scope.family
  for (;;) {
    const count = counts.get(base) ?? 0
    counts.set(base, count + 1)
    const name = `${base}_${count}`
    if (!names.has(name)) return claimName(scope, name)
  }
}

function graphOf(scope: Scope, name: string): Graph {
  return {
    name,
    description: "",
    inputs: [...scope.inputs],
    outputs: [...scope.outputs],
    values: [],
    initializers: [...scope.initializers],
    sparseInitializers: [],
    nodes: renameValues(scope.nodes, scope.renames),
  }
}

function modelOf(scope: Scope, { name, metadata }: BuildOptions): Model {
  assert(scope.parent === null, "a subgraph is built by buildGraph")
  const model: Model = {
    irVersion,
    opsets: [...scope.family.domains].sort().map((domain) => ({ domain, version: opsetVersions[domain] })),
    producerName,
    producerVersion: "",
    domain: "",
    modelVersion: 0n,
    description: "",
    metadata: { ...metadata },
    graph: graphOf(scope, name),
    functions: [],
  }
  checkModel(model)
  return model
}
