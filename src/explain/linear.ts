/** @file Exact explanations of a linear model, as a second model derived from the served file: what each raw column added to the score. */
import assert from "node:assert"

import { z } from "zod"

import { int, ints } from "../onnx/attributes.ts"
import { readMetadata } from "../onnx/edit.ts"
import type { Attribute, Initializer, Model, Node, TensorValue } from "../onnx/model.ts"
import { float32, int64 } from "../onnx/tensors.ts"
import { columnsOfFeatures, type Explained, onlyNamed, parsed, prefix, withExplanation } from "./parts.ts"

/** Does the file hold one linear model with all that an explanation needs? */
export function canExplainLinear(model: Model): boolean {
  return partsOf(model) !== null
}

/**
 * The served model with three more outputs, after those that it has: `contributions` float32 [batch, columns, outputs], columns in the
 * order of the signature; `baseline` float32 [outputs], the score of the mean training row; `score` float32 [batch, outputs], the margin:
 * of class 1 for two classes, one per class for more, else the prediction. A column's contribution is the sum over its features of
 * weight * (feature - training mean): Shapley values of a linear model with independent features (Lundberg and Lee 2017, corollary 1).
 * Baseline plus contributions is the score, to float32.
 */
export function explainLinear(model: Model): Model {
  const parts = partsOf(model)
  assert(parts !== null, "ask canExplainLinear first")
  return withExplanation(model, parts, contributionNodes(parts))
}

const meansSchema = z.array(z.number())

type Parts = Explained & {
  /** Names of the values of the graph. */
  readonly features: string
  readonly weightsName: string
  /** Row-major [features, outputs] and [outputs]. */
  readonly weights: Float32Array
  readonly intercept: Float32Array
  readonly means: readonly number[]
  /** For each feature the place of its column in the signature. */
  readonly columnOfFeature: readonly number[]
}

/** Null when the file has no linear model, several, or not the metadata. */
function partsOf(model: Model): Parts | null {
  const { graph } = model
  const values = graph.nodes.flatMap(({ outputs }) => outputs)
  const features = onlyNamed(values, "linear/features")
  const score = onlyNamed(values, "linear/score")
  const weights = onlyInitializer(graph.initializers, "linear/weights")
  const intercept = onlyInitializer(graph.initializers, "linear/intercept")
  const metadata = readMetadata(model)
  const columns = columnsOfFeatures(model)
  const means = parsed(meansSchema, metadata.get("quernstone.feature_means"))
  if (features === null || score === null || weights === null || intercept === null) return null
  if (columns === null || means === null) return null
  const { signature, columnOfFeature } = columns
  const outputCount = intercept.data.length
  const isWhole =
    means.length === columnOfFeature.length &&
    weights.data.length === columnOfFeature.length * outputCount &&
    !columnOfFeature.includes(-1)
  if (!isWhole) return null
  return {
    features,
    score,
    weightsName: weights.name,
    weights: weights.data,
    intercept: intercept.data,
    means,
    columnOfFeature,
    columnCount: signature.columns.length,
    outputCount,
  }
}

function onlyInitializer(
  initializers: readonly Initializer[],
  wanted: string,
): { readonly name: string; readonly data: Float32Array } | null {
  const names = initializers.map(({ name }) => name)
  const name = onlyNamed(names, wanted)
  const tensor = initializers.find((initializer) => initializer.name === name)?.tensor
  return name !== null && tensor?.type === "float32" ? { name, data: tensor.data } : null
}

/**
 * By feature [features, batch, outputs], then added up by column. Adding with ScatterND keeps the cost at features * outputs a row,
 * where a matrix from features to columns would grow with their product.
 */
function contributionNodes(parts: Parts): { nodes: readonly Node[]; initializers: readonly Initializer[] } {
  const { features, weightsName, columnOfFeature, columnCount, outputCount } = parts
  const means = Float32Array.from(parts.means)
  const constants: Record<string, TensorValue> = {
    means: float32(means),
    columns: int64(columnOfFeature, [columnOfFeature.length, 1]),
    columnCount: int64([columnCount]),
    outputCount: int64([outputCount]),
    second: int64([1]),
    third: int64([2]),
    baselines: float32(baselineOf(parts, means)),
  }
  const nodes = [
    node("Sub", [features, "means"], "centred"),
    node("Transpose", ["centred"], "byFeature", { perm: ints([1, 0]) }),
    node("Unsqueeze", ["byFeature", "third"], "cells"),
    node("Unsqueeze", [weightsName, "second"], "factors"),
    node("Mul", ["cells", "factors"], "products"),
    node("Shape", [features], "batch", { start: int(0), end: int(1) }),
    node("Concat", ["columnCount", "batch", "outputCount"], "shape", { axis: int(0) }),
    node("ConstantOfShape", ["shape"], "zeros"),
    node("ScatterND", ["zeros", "columns", "products"], "byColumn", {
      reduction: { kind: "string", value: "add" },
    }),
    node("Transpose", ["byColumn"], "contributions", { perm: ints([1, 0, 2]) }),
    node("Identity", ["baselines"], "baseline"),
  ]
  const own = new Set([...Object.keys(constants), ...nodes.flatMap(({ outputs }) => outputs)])
  const prefixed = (name: string) => (own.has(name) ? prefix + name : name)
  return {
    nodes: nodes.map((one) => ({
      ...one,
      name: prefix + one.name,
      inputs: one.inputs.map(prefixed),
      outputs: one.outputs.map(prefixed),
    })),
    initializers: Object.entries(constants).map(([name, tensor]) => ({ name: prefix + name, tensor })),
  }
}

/** Score of the mean row, in float64 from the very float32 numbers that the graph uses. */
function baselineOf({ weights, intercept, outputCount }: Parts, means: Float32Array): Float64Array {
  return Float64Array.from(intercept, (start, output) =>
    means.reduce((sum, mean, feature) => sum + mean * (weights[feature * outputCount + output] ?? 0), start),
  )
}

function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, Attribute["value"]>> = {},
): Node {
  return {
    operator,
    domain: "",
    overload: "",
    name: output,
    inputs,
    outputs: [output],
    attributes: Object.entries(attributes).map(([name, value]) => ({ name, value })),
  }
}
