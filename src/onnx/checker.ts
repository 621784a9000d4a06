/** @file The rules of the ONNX format that a model must keep; ONNX Runtime finds some of them out too, but names no place. */
import { fault } from "../base/errors.ts"
import { knownAttributeKinds } from "./attribute-kinds.ts"
import { elementCountOf, rawByteLength } from "./element-types.ts"
import type {
  Attribute,
  FunctionDefinition,
  Graph,
  Model,
  Node,
  OperatorSet,
  SparseTensorValue,
  TensorValue,
  ValueInfo,
} from "./model.ts"

/** Protobuf's own bound of a file. */
const fileBytesMax = 2 ** 31 - 1

/** Domains whose operators we know by their attributes. */
const standardDomains: ReadonlySet<string> = new Set(["", "ai.onnx.ml"])

const loneSurrogate = /\p{Surrogate}/u

/** Throws ONNX_INVALID with the place of the first rule that the model breaks. */
export function checkModel(model: Model): void {
  if (!(model.irVersion >= 3)) fail("the model", `IR version ${model.irVersion} is not supported`)
  const domains = checkOperatorSets(model.opsets, "the model")
  const functions = new Set(model.functions.map(functionKey))
  if (functions.size !== model.functions.length) fail("the model", "two functions have the same name")
  for (const definition of model.functions) checkFunction(definition)
  checkSize(model.graph)
  for (const value of [...model.graph.inputs, ...model.graph.outputs])
    if (value.type === null) fail(`value ${quoted(value.name)}`, "it has no type")
  checkGraph(model.graph, { place: "", outer: [], domains })
}

/** Where we are: names of enclosing graphs, innermost last, and the domains that nodes may use. */
type Context = {
  readonly place: string
  readonly outer: readonly ReadonlySet<string>[]
  readonly domains: ReadonlySet<string>
}

function checkOperatorSets(opsets: readonly OperatorSet[], place: string): ReadonlySet<string> {
  const domains = new Set<string>()
  for (const { domain, version } of opsets) {
    const name = domainName(domain)
    if (domains.has(name)) fail(place, `domain ${quoted(name)} is declared twice`)
    if (!Number.isInteger(version) || version < 1)
      fail(place, `domain ${quoted(name)} has version ${version}`)
    domains.add(name)
  }
  return domains
}

function checkFunction(definition: FunctionDefinition): void {
  const place = `function ${quoted(definition.name)}`
  if (definition.name === "") fail(place, "its name is empty")
  const domains = checkOperatorSets(definition.opsets, place)
  const names = new Set<string>()
  for (const input of definition.inputs) declare(names, input, place)
  const context = { place: `${place}, `, outer: [], domains }
  checkNodes(definition.nodes, { ...context, names })
  for (const output of definition.outputs)
    if (!names.has(output)) fail(place, `output ${quoted(output)} is not made by any node`)
}

function checkSize(graph: Graph): void {
  let bytes = 0
  for (const { tensor } of graph.initializers)
    bytes += rawByteLength(tensor.type, elementCountOf(tensor.shape))
  if (bytes > fileBytesMax) fail("the model", "its constants are larger than 2 GiB")
}

function checkGraph(graph: Graph, context: Context): void {
  const { place } = context
  if (graph.name === "") fail(`${place}the graph`, "it has no name")
  const names = new Set<string>()
  for (const input of graph.inputs) declare(names, input.name, `${place}input ${quoted(input.name)}`)
  checkInitializers(graph, { place, names })
  checkNodes(graph.nodes, { ...context, names })
  checkOutputs(graph.outputs, { place, names })
}

function checkInitializers(
  graph: Graph,
  { place, names }: { readonly place: string; readonly names: Set<string> },
): void {
  const seen = new Set<string>()
  for (const { name, tensor } of graph.initializers) {
    const here = `${place}initializer ${quoted(name)}`
    declare(seen, name, here)
    checkTensor(tensor, here)
    // One that has an input's name is that input's default.
    names.add(name)
  }
  for (const { name, tensor } of graph.sparseInitializers) {
    const here = `${place}initializer ${quoted(name)}`
    declare(seen, name, here)
    checkSparseTensor(tensor, here)
    names.add(name)
  }
}

function checkNodes(nodes: readonly Node[], context: Context & { readonly names: Set<string> }): void {
  const { names, outer } = context
  for (const [index, node] of nodes.entries()) {
    const place = `${context.place}node ${index} (${node.operator}${node.name === "" ? "" : ` ${quoted(node.name)}`})`
    if (node.operator === "") fail(place, "it has no operator")
    if (!context.domains.has(domainName(node.domain)))
      fail(place, `its domain ${quoted(domainName(node.domain))} is not declared`)
    for (const input of node.inputs) {
      if (input === "" || names.has(input) || outer.some((scope) => scope.has(input))) continue
      fail(place, `it reads ${quoted(input)}, which nothing before it makes`)
    }
    checkAttributes(node, { ...context, place, outer: [...outer, names] })
    for (const output of node.outputs) {
      if (output === "") continue
      if (outer.some((scope) => scope.has(output))) fail(place, `it makes ${quoted(output)} a second time`)
      declare(names, output, place)
    }
  }
}

function checkAttributes(node: Node, context: Context): void {
  const seen = new Set<string>()
  for (const attribute of node.attributes) {
    const place = `${context.place}, attribute ${quoted(attribute.name)}`
    declare(seen, attribute.name, place)
    if (standardDomains.has(normalDomain(node.domain))) checkAttributeKind(attribute, place)
    checkAttributeValue(attribute, { ...context, place })
  }
}

function checkAttributeKind({ name, value }: Attribute, place: string): void {
  const expected = knownAttributeKinds.get(name)
  const kind = value.kind === "reference" ? value.of : value.kind
  if (expected !== undefined && expected !== kind) fail(place, `it is of kind ${kind}, not ${expected}`)
}

function checkAttributeValue({ value }: Attribute, context: Context): void {
  const { place } = context
  switch (value.kind) {
    case "tensor":
      checkTensor(value.value, place)
      break
    case "tensors":
      for (const tensor of value.value) checkTensor(tensor, place)
      break
    case "sparseTensor":
      checkSparseTensor(value.value, place)
      break
    case "sparseTensors":
      for (const tensor of value.value) checkSparseTensor(tensor, place)
      break
    case "graph":
      checkGraph(value.value, { ...context, place: `${place}, ` })
      break
    case "graphs":
      for (const body of value.value) checkGraph(body, { ...context, place: `${place}, ` })
      break
    case "string":
      checkText(value.value, place)
      break
    case "strings":
      for (const text of value.value) checkText(text, place)
      break
  }
}

function checkTensor(tensor: TensorValue, place: string): void {
  const { type, shape, data } = tensor
  for (const dimension of shape)
    if (!Number.isSafeInteger(dimension) || dimension < 0) fail(place, `${dimension} is no size`)
  const count = elementCountOf(shape)
  const isFilled = type === "string" ? data.length === count : data.byteLength === rawByteLength(type, count)
  if (!isFilled) fail(place, `its data does not fill the shape [${shape.join(", ")}]`)
  if (type === "string") for (const text of data) checkText(text, place)
}

// A half of a surrogate pair has no UTF-8: two categories would silently become one.
function checkText(text: string, place: string): void {
  if (loneSurrogate.test(text)) fail(place, `the text ${quoted(text)} is not well-formed Unicode`)
}

function checkSparseTensor({ shape, values, indices }: SparseTensorValue, place: string): void {
  checkTensor(values, place)
  checkTensor(indices, place)
  const count = elementCountOf(values.shape)
  const isLinear = indices.shape.length === 1 && indices.shape[0] === count
  const isPerAxis =
    indices.shape.length === 2 && indices.shape[0] === count && indices.shape[1] === shape.length
  if (indices.type !== "int64" || !(isLinear || isPerAxis))
    fail(place, `its indices of shape [${indices.shape.join(", ")}] do not fit ${count} values`)
}

function checkOutputs(
  outputs: readonly ValueInfo[],
  { place, names }: { readonly place: string; readonly names: ReadonlySet<string> },
): void {
  const seen = new Set<string>()
  for (const { name } of outputs) {
    const here = `${place}output ${quoted(name)}`
    declare(seen, name, here)
    if (!names.has(name)) fail(here, "nothing makes it")
  }
}

function declare(names: Set<string>, name: string, place: string): void {
  if (name === "") fail(place, "a name is empty")
  if (names.has(name)) fail(place, `${quoted(name)} is there a second time`)
  names.add(name)
}

function functionKey({ domain, name, overload }: FunctionDefinition): string {
  return JSON.stringify([domain, name, overload])
}

function normalDomain(domain: string): string {
  return domain === "ai.onnx" ? "" : domain
}

function domainName(domain: string): string {
  return domain === "" ? "ai.onnx" : domain
}

function quoted(name: string): string {
  return JSON.stringify(name)
}

function fail(place: string, reason: string): never {
  throw fault("ONNX_INVALID", { place, reason })
}
