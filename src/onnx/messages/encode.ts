/** @file Our model to ModelProto; presence matters in ONNX (an attribute's 0 must be written), so every value is written, empty texts excepted. */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire"

import { elementTypes } from "../element-types.ts"
import {
  type Attribute,
  type AttributeValue,
  attributeKinds,
  type Dimension,
  type FunctionDefinition,
  type Graph,
  type Model,
  type Node,
  type OperatorSet,
  type SparseTensorValue,
  type TensorValue,
  type ValueInfo,
  type ValueType,
} from "../model.ts"

export function writeModel(model: Model): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter()
  integer(writer, 1, model.irVersion)
  text(writer, 2, model.producerName)
  text(writer, 3, model.producerVersion)
  text(writer, 4, model.domain)
  if (model.modelVersion !== 0n) integer(writer, 5, model.modelVersion)
  text(writer, 6, model.description)
  message(writer, 7, () => writeGraph(writer, model.graph))
  writeOperatorSets(writer, 8, model.opsets)
  for (const [key, value] of Object.entries(model.metadata))
    message(writer, 14, () => {
      presentText(writer, 1, key)
      presentText(writer, 2, value)
    })
  for (const definition of model.functions) message(writer, 25, () => writeFunction(writer, definition))
  return writer.finish()
}

function writeGraph(writer: BinaryWriter, graph: Graph): void {
  for (const node of graph.nodes) message(writer, 1, () => writeNode(writer, node))
  text(writer, 2, graph.name)
  for (const { name, tensor } of graph.initializers)
    message(writer, 5, () => {
      writeTensor(writer, tensor)
      text(writer, 8, name)
    })
  text(writer, 10, graph.description)
  writeValueInfos(writer, 11, graph.inputs)
  writeValueInfos(writer, 12, graph.outputs)
  writeValueInfos(writer, 13, graph.values)
  for (const { name, tensor } of graph.sparseInitializers)
    message(writer, 15, () => writeSparseTensor(writer, { name, tensor }))
}

function writeNode(writer: BinaryWriter, node: Node): void {
  for (const input of node.inputs) presentText(writer, 1, input)
  for (const output of node.outputs) presentText(writer, 2, output)
  text(writer, 3, node.name)
  text(writer, 4, node.operator)
  for (const attribute of node.attributes) message(writer, 5, () => writeAttribute(writer, attribute))
  text(writer, 7, node.domain)
  text(writer, 8, node.overload)
}

function writeAttribute(writer: BinaryWriter, { name, value }: Attribute): void {
  text(writer, 1, name)
  if (value.kind === "reference") text(writer, 21, value.value)
  else writeAttributeValue(writer, value)
  integer(writer, 20, attributeKinds[value.kind === "reference" ? value.of : value.kind])
}

function writeAttributeValue(
  writer: BinaryWriter,
  attribute: Exclude<AttributeValue, { readonly kind: "reference" }>,
): void {
  switch (attribute.kind) {
    case "float":
      writer.tag(2, WireType.Bit32).float(attribute.value)
      break
    case "int":
      integer(writer, 3, attribute.value)
      break
    case "string":
      presentText(writer, 4, attribute.value)
      break
    case "tensor":
      message(writer, 5, () => writeTensor(writer, attribute.value))
      break
    case "graph":
      message(writer, 6, () => writeGraph(writer, attribute.value))
      break
    // Lists are unpacked: onnx.proto is proto2 and does not declare these two as packed.
    case "floats":
      for (const value of attribute.value) writer.tag(7, WireType.Bit32).float(value)
      break
    case "ints":
      for (const value of attribute.value) integer(writer, 8, value)
      break
    case "strings":
      for (const value of attribute.value) presentText(writer, 9, value)
      break
    case "tensors":
      for (const tensor of attribute.value) message(writer, 10, () => writeTensor(writer, tensor))
      break
    case "graphs":
      for (const graph of attribute.value) message(writer, 11, () => writeGraph(writer, graph))
      break
    case "type":
      message(writer, 14, () => writeType(writer, attribute.value))
      break
    case "types":
      for (const type of attribute.value) message(writer, 15, () => writeType(writer, type))
      break
    case "sparseTensor":
      message(writer, 22, () => writeSparseTensor(writer, { name: "", tensor: attribute.value }))
      break
    case "sparseTensors":
      for (const tensor of attribute.value)
        message(writer, 23, () => writeSparseTensor(writer, { name: "", tensor }))
      break
  }
}

function writeTensor(writer: BinaryWriter, tensor: TensorValue): void {
  for (const dimension of tensor.shape) integer(writer, 1, dimension)
  integer(writer, 2, elementTypes[tensor.type].number)
  if (tensor.type === "string") {
    for (const value of tensor.data) presentText(writer, 6, value)
    return
  }
  const { buffer, byteOffset, byteLength } = tensor.data
  writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(buffer, byteOffset, byteLength))
}

function writeSparseTensor(
  writer: BinaryWriter,
  { name, tensor }: { readonly name: string; readonly tensor: SparseTensorValue },
): void {
  message(writer, 1, () => {
    writeTensor(writer, tensor.values)
    text(writer, 8, name)
  })
  message(writer, 2, () => writeTensor(writer, tensor.indices))
  for (const dimension of tensor.shape) integer(writer, 3, dimension)
}

function writeValueInfos(writer: BinaryWriter, field: number, values: readonly ValueInfo[]): void {
  for (const { name, type, description } of values)
    message(writer, field, () => {
      text(writer, 1, name)
      if (type !== null) message(writer, 2, () => writeType(writer, type))
      text(writer, 3, description)
    })
}

function writeType(writer: BinaryWriter, type: ValueType): void {
  switch (type.kind) {
    case "tensor":
    case "sparseTensor":
      message(writer, type.kind === "tensor" ? 1 : 8, () => {
        integer(writer, 1, elementTypes[type.elementType].number)
        const { shape } = type
        if (shape !== null) message(writer, 2, () => writeShape(writer, shape))
      })
      break
    case "sequence":
    case "optional":
      message(writer, type.kind === "sequence" ? 4 : 9, () =>
        message(writer, 1, () => writeType(writer, type.of)),
      )
      break
    case "map":
      message(writer, 5, () => {
        integer(writer, 1, elementTypes[type.keyType].number)
        message(writer, 2, () => writeType(writer, type.of))
      })
      break
    case "opaque":
      message(writer, 7, () => {
        text(writer, 1, type.domain)
        text(writer, 2, type.name)
      })
  }
}

function writeShape(writer: BinaryWriter, shape: readonly Dimension[]): void {
  for (const dimension of shape)
    message(writer, 1, () => {
      if (typeof dimension === "number") integer(writer, 1, dimension)
      else text(writer, 2, dimension)
    })
}

function writeFunction(writer: BinaryWriter, definition: FunctionDefinition): void {
  text(writer, 1, definition.name)
  for (const input of definition.inputs) presentText(writer, 4, input)
  for (const output of definition.outputs) presentText(writer, 5, output)
  for (const attribute of definition.attributes) presentText(writer, 6, attribute)
  for (const node of definition.nodes) message(writer, 7, () => writeNode(writer, node))
  text(writer, 8, definition.description)
  writeOperatorSets(writer, 9, definition.opsets)
  text(writer, 10, definition.domain)
  for (const attribute of definition.attributeDefaults)
    message(writer, 11, () => writeAttribute(writer, attribute))
  writeValueInfos(writer, 12, definition.values)
  text(writer, 13, definition.overload)
}

function writeOperatorSets(writer: BinaryWriter, field: number, opsets: readonly OperatorSet[]): void {
  for (const { domain, version } of opsets)
    message(writer, field, () => {
      presentText(writer, 1, domain)
      integer(writer, 2, version)
    })
}

function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork()
  write()
  writer.join()
}

function integer(writer: BinaryWriter, field: number, value: number | bigint): void {
  writer.tag(field, WireType.Varint).int64(value)
}

function text(writer: BinaryWriter, field: number, value: string): void {
  if (value !== "") presentText(writer, field, value)
}

function presentText(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value)
}
