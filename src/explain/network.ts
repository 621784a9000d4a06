/**
 * @file Explanations of a network, as a second model derived from the served file: integrated gradients (Sundararajan, Taly and Yan 2017) from
 * the mean training row to the row that is asked about.
 */
import assert from "node:assert"

import { z } from "zod"

import { createEmitter } from "../learn/graph/emit.ts"
import { gradients } from "../learn/graph/gradient.ts"
import { importGraph } from "../learn/graph/import.ts"
import { op } from "../learn/graph/op.ts"
import { integers, scalar } from "../learn/graph/operator.ts"
import { emitScan } from "../learn/graph/scan.ts"
import { constant, placeholder, type SymbolicTensor } from "../learn/graph/tensor.ts"
import { networkKey } from "../learn/network.ts"
import { int } from "../onnx/attributes.ts"
import { createGraphBuilder } from "../onnx/builder.ts"
import { readMetadata } from "../onnx/edit.ts"
import type { Graph, Model } from "../onnx/model.ts"
import { float32 } from "../onnx/tensors.ts"
import { columnsOfFeatures, type Explained, onlyNamed, parsed, prefix, withExplanation } from "./parts.ts"

/** Does the file hold one network with all that an explanation needs? */
export function canExplainNetwork(model: Model): boolean {
  return partsOf(model) !== null
}

/** Points of the path from the mean row; what they miss of the score is shared out by the size of the contributions. */
const pathPoints = 32

/**
 * The served model with three more outputs, after those that it has, as `explainLinear` has them. A column's contribution is the sum, over the
 * values that the first hidden layer reads of it, of (value - training mean) times the mean gradient on the straight way from the means to the
 * row. Baseline plus contributions is the score, to float32.
 */
export function explainNetwork(model: Model): Model {
  const parts = partsOf(model)
  assert(parts !== null, "ask canExplainNetwork first")
  return withExplanation(model, parts, contributionGraph(model, parts))
}

const networkSchema = z.object({ featureOfValue: z.array(z.int()), baseline: z.array(z.number()) })

type Parts = Explained & {
  /** Names of the values of the graph. */
  readonly features: string
  /** Of each value that the first hidden layer reads: its mean in training, and the place of its column in the signature. */
  readonly baseline: readonly number[]
  readonly columnOfValue: readonly number[]
}

/** Null when the file has no network, several, or not the metadata. */
function partsOf(model: Model): Parts | null {
  const { graph } = model
  const values = graph.nodes.flatMap(({ outputs }) => outputs)
  const features = onlyNamed(values, "network/features")
  const score = onlyNamed(values, "network/score")
  const metadata = readMetadata(model)
  const columns = columnsOfFeatures(model)
  const network = parsed(networkSchema, metadata.get(networkKey))
  if (features === null || score === null) return null
  if (columns === null || network === null) return null
  const { signature, columnOfFeature } = columns
  const columnOfValue = network.featureOfValue.map((feature) => columnOfFeature[feature] ?? -1)
  if (columnOfValue.includes(-1) || network.baseline.length !== columnOfValue.length) return null
  const outputCount = signature.task === "multiclass" ? (signature.classes?.length ?? 0) : 1
  return {
    features,
    score,
    baseline: network.baseline,
    columnOfValue,
    columnCount: signature.columns.length,
    outputCount,
  }
}

function contributionGraph(model: Model, parts: Parts): Pick<Graph, "nodes" | "initializers"> {
  const { columnOfValue, columnCount, outputCount } = parts
  const width = columnOfValue.length
  const builder = createGraphBuilder()
  builder.input(parts.features, "float32", ["batch", width])
  const inner = builder.prefix(prefix)
  const emitter = createEmitter(inner)
  const row = placeholder("row", "float32", ["batch", width])
  emitter.bind(row, parts.features)

  const mean = constant(float32(parts.baseline, [1, width]))
  const way = op("Sub", [row, mean])
  const points = Float32Array.from({ length: pathPoints }, (_, at) => (at + 0.5) / pathPoints)
  const point = placeholder("point", "float32", [])
  const place = op("Add", [mean, op("Mul", [way, point])])
  const score = scoreAt(model, parts, place)
  const sums = Array.from({ length: outputCount }, (_, output) => {
    const current = placeholder(`sum${output}`, "float32", ["batch", width])
    const only = constant(
      float32(
        Array.from({ length: outputCount }, (_each, at) => Number(at === output)),
        [1, outputCount],
      ),
    )
    const [gradient = null] = gradients([{ output: score, seed: only }], [place])
    // A network may ignore all that it reads: then nothing contributes.
    return {
      current,
      next: gradient === null ? current : op("Add", [current, gradient]),
      start: op("Mul", [way, scalar("float32", 0)]),
    }
  })
  const names = emitScan(inner, emitter, {
    carried: sums,
    walked: [{ slice: point, sequence: constant(float32(points)) }],
    stacked: [],
  })
  const columns = constant(
    float32(
      Array.from({ length: width * columnCount }, (_, at) =>
        Number(columnOfValue[Math.floor(at / columnCount)] === at % columnCount),
      ),
      [width, columnCount],
    ),
  )
  const start = scoreAt(model, parts, mean)
  const here = scoreAt(model, parts, row)
  const ofOutputs = names.map((name, output) => {
    const sum = placeholder(`total${output}`, "float32", ["batch", width])
    emitter.bind(sum, name)
    const steps = op("Mul", [op("Mul", [sum, way]), scalar("float32", 1 / pathPoints)])
    const byColumn = op("MatMul", [steps, columns])
    return op("Unsqueeze", [
      completed(byColumn, difference(here, start, { output, outputCount })),
      integers([2]),
    ])
  })
  const contributions = op("Concat", ofOutputs, { axis: int(2) })
  inner.output(emitter.value(contributions), `${prefix}contributions`, "float32", [
    "batch",
    columnCount,
    outputCount,
  ])
  const baseline = op("Reshape", [start, integers([outputCount])])
  inner.output(emitter.value(baseline), `${prefix}baseline`, "float32", [outputCount])
  return inner.buildGraph("explanation")
}

/** The score of values that the first hidden layer reads, by the file's own nodes. */
function scoreAt(
  { graph }: Model,
  { features, score, outputCount }: Parts,
  values: SymbolicTensor,
): SymbolicTensor {
  const { outputs } = importGraph(
    {
      ...graph,
      inputs: [],
      outputs: [
        {
          name: score,
          type: { kind: "tensor", elementType: "float32", shape: ["batch", outputCount] },
          description: "",
        },
      ],
      nodes: graph.nodes.filter((node) => !node.outputs.includes(features)),
    },
    { trainable: () => false, inputs: { [features]: values } },
  )
  const value = outputs[score]
  assert(value !== undefined)
  return value
}

/** One output's score less that of the mean row, [batch, 1]. */
function difference(
  here: SymbolicTensor,
  start: SymbolicTensor,
  { output, outputCount }: { readonly output: number; readonly outputCount: number },
): SymbolicTensor {
  const all = op("Sub", [here, start])
  return outputCount === 1 ? all : op("Gather", [all, integers([output])], { axis: int(1) })
}

/** Contributions that add up: what the path's points missed is shared out by size. */
function completed(contributions: SymbolicTensor, total: SymbolicTensor): SymbolicTensor {
  const keep = { keepdims: int(1) }
  const missed = op("Sub", [total, op("ReduceSum", [contributions, integers([1])], keep)])
  const sizes = op("Abs", [contributions])
  const all = op("Add", [op("ReduceSum", [sizes, integers([1])], keep), scalar("float32", 1e-12)])
  return op("Add", [contributions, op("Mul", [missed, op("Div", [sizes, all])])])
}
