/** @file Runs symbolic tensors in ONNX Runtime, and holds what `infer` said of types and shapes against what comes out. */
import assert from "node:assert/strict"

import { openSession } from "../../../src/engine/open-session.ts"
import type { Session, Tensor, TensorType } from "../../../src/engine/session.ts"
import { createEmitter, type Emitter } from "../../../src/learn/graph/emit.ts"
import { placeholder, type Shape, type SymbolicTensor } from "../../../src/learn/graph/tensor.ts"
import { int } from "../../../src/onnx/attributes.ts"
import { createGraphBuilder, type GraphBuilder } from "../../../src/onnx/builder.ts"
import { encodeModel } from "../../../src/onnx/codec.ts"
import { elementTypes } from "../../../src/onnx/element-types.ts"
import type { Model } from "../../../src/onnx/model.ts"

/** `known` is the shape that the graph is told, with names for free sizes; the tensor's own unless given. */
export type GraphInput = Tensor & { readonly known?: Shape }

export type Build = (tensors: readonly SymbolicTensor[]) => SymbolicTensor | readonly SymbolicTensor[]

/** The outputs of a graph, after a look at their types and shapes. */
export async function runGraph(inputs: readonly GraphInput[], build: Build): Promise<readonly Tensor[]> {
  const drawn = drawGraph(inputs)
  const outputs = listOf(build(drawn.tensors))
  for (const [index, output] of outputs.entries()) declare(drawn, output, `y${index}`)
  const session = await openSession(encodeModel(modelOf(drawn.builder)), { threads: 1 })
  try {
    return await runDrawn(session, inputs, outputs)
  } finally {
    await session.close()
  }
}

export type Drawn = {
  readonly builder: GraphBuilder
  readonly emitter: Emitter
  readonly tensors: readonly SymbolicTensor[]
}

/** A graph with inputs x0, x1, ... and nothing else so far. */
export function drawGraph(inputs: readonly GraphInput[]): Drawn {
  const builder = createGraphBuilder()
  const emitter = createEmitter(builder)
  const tensors = inputs.map(({ type, shape, known = shape }, index) => {
    assert(type !== "string" && type !== "uint8")
    const tensor = placeholder(`x${index}`, type, known)
    emitter.bind(tensor, builder.input(`x${index}`, type, known))
    return tensor
  })
  return { builder, emitter, tensors }
}

export function listOf(outputs: SymbolicTensor | readonly SymbolicTensor[]): readonly SymbolicTensor[] {
  return "origin" in outputs ? [outputs] : outputs
}

/** Declares an output of the graph; uint32, which sessions do not hand out, leaves as int64. */
export function declare({ builder, emitter }: Drawn, output: SymbolicTensor, name: string): void {
  const value = emitter.value(output)
  const isWide = output.type === "uint32"
  const declared = isWide ? builder.op("Cast", [value], { to: int(elementTypes.int64.number) }) : value
  builder.output(declared, name, output.type === "uint32" ? "int64" : output.type, output.shape)
}

/** The operators of the nodes that a graph of inputs of one type becomes, in order. */
export function emittedOperators(
  type: "float32" | "float64",
  shapes: readonly Shape[],
  build: Build,
): readonly string[] {
  const builder = createGraphBuilder()
  const emitter = createEmitter(builder)
  const tensors = shapes.map((shape, index) => {
    const tensor = placeholder(`x${index}`, type, shape)
    emitter.bind(tensor, builder.input(`x${index}`, type, shape))
    return tensor
  })
  for (const [index, output] of listOf(build(tensors)).entries())
    declare({ builder, emitter, tensors }, output, `y${index}`)
  return modelOf(builder).graph.nodes.map(({ operator }) => operator)
}

export function modelOf(builder: GraphBuilder): Model {
  return builder.build({ name: "check", metadata: {} })
}

/** Runs the outputs y0, y1, ... and compares them with what was inferred. */
export async function runDrawn(
  session: Session,
  inputs: readonly GraphInput[],
  outputs: readonly SymbolicTensor[],
): Promise<readonly Tensor[]> {
  const results = await session.run(feedsOf(inputs))
  const sizes = boundSizes(inputs)
  return outputs.map((output, index) => {
    const result = results[`y${index}`]
    assert(result !== undefined)
    assertAsInferred(result, output, sizes)
    return result
  })
}

export function feedsOf(inputs: readonly GraphInput[]): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(inputs.map(({ known: _, ...tensor }, index) => [`x${index}`, tensor]))
}

export type Sizes = ReadonlyMap<string, number>

/** What the free sizes are in this run. */
export function boundSizes(inputs: readonly GraphInput[]): Sizes {
  return new Map(
    inputs.flatMap(({ shape, known = shape }) =>
      known.flatMap((size, axis) => (typeof size === "string" ? [[size, shape[axis] ?? 0] as const] : [])),
    ),
  )
}

export function assertAsInferred(result: Tensor, inferred: SymbolicTensor, sizes: Sizes): void {
  const type: TensorType = inferred.type === "uint32" ? "int64" : inferred.type
  assert.equal(result.type, type, "the type that infer said")
  const shape = inferred.shape.map((size) => (typeof size === "string" ? sizeNamed(size, sizes) : size))
  assert.deepEqual(result.shape, shape, `the shape that infer said, [${inferred.shape.join(", ")}]`)
}

/** `batch`, `batch*3`, `batch+2` or `batch-1`. */
function sizeNamed(name: string, sizes: Sizes): number {
  const number = (text: string) => sizes.get(text) ?? Number(text)
  return name
    .replaceAll("-", "+-")
    .split("+")
    .reduce((sum, term) => sum + term.split("*").reduce((product, part) => product * number(part), 1), 0)
}
