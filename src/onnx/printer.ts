/** @file A model as text that a person can read and two of which can be compared: one line for each thing. */
import { type ElementType, elementCountOf } from "./element-types.ts"
import type {
  Attribute,
  AttributeValue,
  Graph,
  Model,
  Node,
  TensorValue,
  ValueInfo,
  ValueType,
} from "./model.ts"

/** Longer lists and texts are cut, with their length. */
const listedMax = 8
const charactersMax = 60

const shownTypes: ReadonlySet<ElementType> = new Set<ElementType>([
  "float32",
  "float64",
  "int64",
  "int32",
  "uint8",
  "bool",
  "string",
])

/** Ends with a line feed. */
export function printModel(model: Model): string {
  const lines = [
    `model ${JSON.stringify(model.graph.name)}, IR ${model.irVersion}, by ${model.producerName || "nobody"}`,
    `opsets ${model.opsets.map(({ domain, version }) => `${domain || "ai.onnx"} ${version}`).join(", ")}`,
    ...Object.entries(model.metadata).map(([key, value]) => `metadata ${key} = ${summary(value)}`),
    ...graphLines(model.graph),
  ]
  for (const { domain, name, inputs, outputs, nodes } of model.functions)
    lines.push(
      `function ${domain}.${name}(${inputs.join(", ")}) -> ${outputs.join(", ")}`,
      ...indented(nodes.flatMap(nodeLines)),
    )
  return `${lines.join("\n")}\n`
}

function graphLines(graph: Graph): readonly string[] {
  return [
    ...graph.inputs.map((input) => `input ${valueText(input)}`),
    ...graph.initializers.map(({ name, tensor }) => `constant ${name}: ${tensorText(tensor)}`),
    ...graph.sparseInitializers.map(
      ({ name, tensor }) => `constant ${name}: sparse ${tensor.values.type} [${tensor.shape.join(", ")}]`,
    ),
    ...graph.nodes.flatMap(nodeLines),
    ...graph.outputs.map((output) => `output ${valueText(output)}`),
  ]
}

/** `y, z = ai.onnx.ml.Operator(a, _) axis=1`; bodies follow, indented. */
function nodeLines(node: Node): readonly string[] {
  const names = (list: readonly string[]) => list.map((name) => name || "_").join(", ")
  const operator = node.domain === "" ? node.operator : `${node.domain}.${node.operator}`
  const plain = node.attributes.filter(({ value }) => value.kind !== "graph" && value.kind !== "graphs")
  const attributes = plain.map(({ name, value }) => ` ${name}=${attributeText(value)}`).join("")
  const head = `${names(node.outputs)} = ${operator}(${names(node.inputs)})${attributes}`
  return [head, ...indented(node.attributes.flatMap(bodyLines))]
}

function bodyLines({ name, value }: Attribute): readonly string[] {
  if (value.kind === "graph") return [`${name}:`, ...indented(graphLines(value.value))]
  if (value.kind === "graphs")
    return value.value.flatMap((body, index) => [`${name}[${index}]:`, ...indented(graphLines(body))])
  return []
}

function attributeText(value: AttributeValue): string {
  switch (value.kind) {
    case "float":
    case "int":
      return String(value.value)
    case "string":
      return summary(value.value)
    case "floats":
    case "ints":
    case "strings":
      return listText(value.value)
    case "tensor":
      return tensorText(value.value)
    case "type":
      return typeText(value.value)
    case "reference":
      return `@${value.value}`
    default:
      return `${value.kind}`
  }
}

/** Data are shown where they are few, and are numbers or texts rather than packed bytes. */
function tensorText(tensor: TensorValue): string {
  const head = `${tensor.type} [${tensor.shape.join(", ")}]`
  const isShown = shownTypes.has(tensor.type) && elementCountOf(tensor.shape) <= listedMax
  return isShown ? `${head} = ${listText(tensor.data)}` : head
}

function listText(values: ArrayLike<string | number | bigint>): string {
  const listed = Array.from({ length: Math.min(values.length, listedMax) }, (_, index) => values[index])
  const texts = listed.map((value) => (typeof value === "string" ? summary(value) : String(value)))
  if (values.length > listedMax) texts.push(`... ${values.length} in all`)
  return `[${texts.join(", ")}]`
}

function valueText({ name, type }: ValueInfo): string {
  return type === null ? name : `${name}: ${typeText(type)}`
}

function typeText(type: ValueType): string {
  switch (type.kind) {
    case "tensor":
    case "sparseTensor": {
      const shape = type.shape?.map((size) => (size === "" ? "?" : size)).join(", ") ?? "..."
      return `${type.kind === "tensor" ? "" : "sparse "}${type.elementType} [${shape}]`
    }
    case "map":
      return `map(${type.keyType}, ${typeText(type.of)})`
    case "opaque":
      return `opaque(${type.domain}.${type.name})`
    default:
      return `${type.kind}(${typeText(type.of)})`
  }
}

function summary(text: string): string {
  if (text.length <= charactersMax) return JSON.stringify(text)
  return `${JSON.stringify(text.slice(0, charactersMax))}... ${text.length} characters`
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`)
}
