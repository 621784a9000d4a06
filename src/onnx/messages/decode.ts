/** @file ModelProto and what it holds to our model; field numbers are those of the ONNX specification (onnx.proto, IR 10). */
import type {
  Attribute,
  AttributeKind,
  AttributeValue,
  FunctionDefinition,
  Graph,
  Initializer,
  Model,
  Node,
  OperatorSet,
  SparseInitializer,
  SparseTensorValue,
  TensorValue,
  ValueInfo,
  ValueType,
} from "../model.ts"
import { ByteList } from "./byte-list.ts"
import { readSparseTensor, readTensor } from "./decode-tensor.ts"
import { readType, readValueInfo } from "./decode-type.ts"
import type { Source } from "./source.ts"

/** The model that the whole source holds. */
export function readModel(source: Source): Model {
  const opsets: OperatorSet[] = []
  const functions: FunctionDefinition[] = []
  const metadata: [string, string][] = []
  const graphs: Graph[] = []
  const model = {
    irVersion: 0,
    producerName: "",
    producerVersion: "",
    domain: "",
    modelVersion: 0n,
    description: "",
  }
  source.root((field) => {
    switch (field) {
      case 1:
        model.irVersion = source.integer()
        return
      case 2:
        model.producerName = source.text()
        return
      case 3:
        model.producerVersion = source.text()
        return
      case 4:
        model.domain = source.text()
        return
      case 5:
        model.modelVersion = source.int64()
        return
      case 6:
        model.description = source.text()
        return
      case 7:
        graphs.push(readGraph(source))
        return
      case 8:
        opsets.push(readOperatorSet(source))
        return
      case 14:
        metadata.push(readEntry(source))
        return
      case 25:
        functions.push(readFunction(source))
        return
      default:
        return source.skip()
    }
  })
  const [graph, another] = graphs
  if (graph === undefined || another !== undefined) source.fail("it does not hold one graph")
  return { ...model, opsets, metadata: Object.fromEntries(metadata), graph, functions }
}

/** Key and value of each metadata entry; everything else is skipped. */
export function readMetadataEntries(source: Source): readonly (readonly [string, string])[] {
  const entries: [string, string][] = []
  source.root((field) => {
    if (field === 14) entries.push(readEntry(source))
    else source.skip()
  })
  return entries
}

function readGraph(source: Source): Graph {
  const nodes: Node[] = []
  const inputs: ValueInfo[] = []
  const outputs: ValueInfo[] = []
  const values: ValueInfo[] = []
  const initializers: Initializer[] = []
  const sparseInitializers: SparseInitializer[] = []
  const texts = { name: "", description: "" }
  source.message((field) => {
    switch (field) {
      case 1:
        nodes.push(readNode(source))
        return
      case 2:
        texts.name = source.text()
        return
      case 5:
        initializers.push(readTensor(source))
        return
      case 10:
        texts.description = source.text()
        return
      case 11:
        inputs.push(readValueInfo(source))
        return
      case 12:
        outputs.push(readValueInfo(source))
        return
      case 13:
        values.push(readValueInfo(source))
        return
      case 15:
        sparseInitializers.push(readSparseTensor(source))
        return
      default:
        return source.skip()
    }
  })
  return { ...texts, inputs, outputs, values, initializers, sparseInitializers, nodes }
}

function readNode(source: Source): Node {
  const inputs: string[] = []
  const outputs: string[] = []
  const attributes: Attribute[] = []
  const texts = { operator: "", domain: "", overload: "", name: "" }
  source.message((field) => {
    switch (field) {
      case 1:
        inputs.push(source.text())
        return
      case 2:
        outputs.push(source.text())
        return
      case 3:
        texts.name = source.text()
        return
      case 4:
        texts.operator = source.text()
        return
      case 5:
        attributes.push(readAttribute(source))
        return
      case 7:
        texts.domain = source.text()
        return
      case 8:
        texts.overload = source.text()
        return
      default:
        return source.skip()
    }
  })
  return { ...texts, inputs: orNone(inputs), outputs: orNone(outputs), attributes: orNone(attributes) }
}

const none: readonly never[] = Object.freeze([])

// Empty lists are shared, so that a file of a million bytes of empty nodes does not become a hundred times as much memory.
function orNone<Value>(list: readonly Value[]): readonly Value[] {
  return list.length === 0 ? none : list
}

type AttributeFields = {
  name: string
  reference: string
  type: number
  /** The kind of the last value that was there, for files so old that they do not say the type. */
  seen: AttributeKind | null
  float: number
  int: bigint
  string: string
  readonly tensors: TensorValue[]
  readonly graphs: Graph[]
  readonly sparseTensors: SparseTensorValue[]
  readonly types: ValueType[]
  floats: ByteList | null
  ints: ByteList | null
  readonly strings: string[]
}

/** An attribute costs about as much memory as this many nodes. */
const attributeWeight = 3

function readAttribute(source: Source): Attribute {
  const fields: AttributeFields = {
    name: "",
    reference: "",
    type: 0,
    seen: null,
    float: 0,
    int: 0n,
    string: "",
    tensors: [],
    graphs: [],
    sparseTensors: [],
    types: [],
    floats: null,
    ints: null,
    strings: [],
  }
  source.message((field) => {
    if (field === 1) fields.name = source.text()
    else if (field === 20) fields.type = source.integer()
    else if (field === 21) fields.reference = source.text()
    else readAttributeValue(source, { field, fields })
  }, attributeWeight)
  const kind = attributeKind(source, fields)
  if (fields.reference !== "")
    return { name: fields.name, value: { kind: "reference", value: fields.reference, of: kind } }
  return { name: fields.name, value: attributeValue(source, { kind, fields }) }
}

function readAttributeValue(
  source: Source,
  { field, fields }: { readonly field: number; readonly fields: AttributeFields },
): void {
  const reader = attributeReaders.get(field)
  if (reader === undefined) {
    source.skip()
    return
  }
  fields.seen = reader.kind
  reader.read(source, fields)
}

type AttributeReader = {
  readonly kind: AttributeKind
  readonly read: (source: Source, fields: AttributeFields) => void
}

const attributeReaders: ReadonlyMap<number, AttributeReader> = new Map([
  reader(2, "float", (source, fields) => {
    fields.float = source.float()
  }),
  reader(3, "int", (source, fields) => {
    fields.int = source.int64()
  }),
  reader(4, "string", (source, fields) => {
    fields.string = source.text()
  }),
  reader(5, "tensor", (source, fields) => fields.tensors.push(readTensor(source).tensor)),
  reader(6, "graph", (source, fields) => fields.graphs.push(readGraph(source))),
  reader(7, "floats", (source, fields) => {
    fields.floats = source.floatsInto(fields.floats ?? new ByteList())
  }),
  reader(8, "ints", (source, fields) => {
    fields.ints = source.int64sInto(fields.ints ?? new ByteList())
  }),
  reader(9, "strings", (source, fields) => fields.strings.push(source.text())),
  reader(10, "tensors", (source, fields) => fields.tensors.push(readTensor(source).tensor)),
  reader(11, "graphs", (source, fields) => fields.graphs.push(readGraph(source))),
  reader(14, "type", (source, fields) => fields.types.push(readType(source))),
  reader(15, "types", (source, fields) => fields.types.push(readType(source))),
  reader(22, "sparseTensor", (source, fields) => fields.sparseTensors.push(readSparseTensor(source).tensor)),
  reader(23, "sparseTensors", (source, fields) => fields.sparseTensors.push(readSparseTensor(source).tensor)),
])

function reader(
  field: number,
  kind: AttributeKind,
  read: (source: Source, fields: AttributeFields) => unknown,
): [number, AttributeReader] {
  return [field, { kind, read }]
}

const kindsByNumber: ReadonlyMap<number, AttributeKind> = new Map([
  [1, "float"],
  [2, "int"],
  [3, "string"],
  [4, "tensor"],
  [5, "graph"],
  [6, "floats"],
  [7, "ints"],
  [8, "strings"],
  [9, "tensors"],
  [10, "graphs"],
  [11, "sparseTensor"],
  [12, "sparseTensors"],
  [13, "type"],
  [14, "types"],
])

function attributeKind(source: Source, { name, type, seen }: AttributeFields): AttributeKind {
  if (type === 0 && seen !== null) return seen
  return kindsByNumber.get(type) ?? source.fail(`attribute ${JSON.stringify(name)} has no known type`)
}

const noNumbers = new ByteList()

function attributeValue(
  source: Source,
  { kind, fields }: { readonly kind: AttributeKind; readonly fields: AttributeFields },
): AttributeValue {
  switch (kind) {
    case "float":
      return { kind, value: fields.float }
    case "int":
      return { kind, value: fields.int }
    case "string":
      return { kind, value: fields.string }
    case "floats":
      return { kind, value: new Float32Array((fields.floats ?? noNumbers).take().buffer) }
    case "ints":
      return { kind, value: new BigInt64Array((fields.ints ?? noNumbers).take().buffer) }
    case "strings":
      return { kind, value: fields.strings }
    case "tensors":
      return { kind, value: fields.tensors }
    case "graphs":
      return { kind, value: fields.graphs }
    case "sparseTensors":
      return { kind, value: fields.sparseTensors }
    case "types":
      return { kind, value: fields.types }
    case "tensor":
      return { kind, value: single(source, { name: fields.name, values: fields.tensors }) }
    case "graph":
      return { kind, value: single(source, { name: fields.name, values: fields.graphs }) }
    case "sparseTensor":
      return { kind, value: single(source, { name: fields.name, values: fields.sparseTensors }) }
    case "type":
      return { kind, value: single(source, { name: fields.name, values: fields.types }) }
  }
}

function single<Value>(
  source: Source,
  { name, values }: { readonly name: string; readonly values: readonly Value[] },
): Value {
  const [value, another] = values
  if (value === undefined || another !== undefined)
    source.fail(`attribute ${JSON.stringify(name)} is not one value`)
  return value
}

function readOperatorSet(source: Source): OperatorSet {
  const opset = { domain: "", version: 0 }
  source.message((field) => {
    if (field === 1) opset.domain = source.text()
    else if (field === 2) opset.version = source.integer()
    else source.skip()
  })
  return opset
}

function readEntry(source: Source): [string, string] {
  let key = ""
  let value = ""
  source.message((field) => {
    if (field === 1) key = source.text()
    else if (field === 2) value = source.text()
    else source.skip()
  })
  return [key, value]
}

function readFunction(source: Source): FunctionDefinition {
  const texts = { name: "", domain: "", overload: "", description: "" }
  const inputs: string[] = []
  const outputs: string[] = []
  const attributes: string[] = []
  const attributeDefaults: Attribute[] = []
  const nodes: Node[] = []
  const opsets: OperatorSet[] = []
  const values: ValueInfo[] = []
  source.message((field) => {
    switch (field) {
      case 1:
        texts.name = source.text()
        return
      case 4:
        inputs.push(source.text())
        return
      case 5:
        outputs.push(source.text())
        return
      case 6:
        attributes.push(source.text())
        return
      case 7:
        nodes.push(readNode(source))
        return
      case 8:
        texts.description = source.text()
        return
      case 9:
        opsets.push(readOperatorSet(source))
        return
      case 10:
        texts.domain = source.text()
        return
      case 11:
        attributeDefaults.push(readAttribute(source))
        return
      case 12:
        values.push(readValueInfo(source))
        return
      case 13:
        texts.overload = source.text()
        return
      default:
        return source.skip()
    }
  })
  return {
    ...texts,
    inputs: orNone(inputs),
    outputs: orNone(outputs),
    attributes: orNone(attributes),
    attributeDefaults: orNone(attributeDefaults),
    nodes: orNone(nodes),
    opsets: orNone(opsets),
    values: orNone(values),
  }
}
