/** @file The network of a table: numbers go in as they are, each category through an embedding, then hidden layers. */
import { int } from "../../onnx/attributes.ts"
import type { GraphBuilder } from "../../onnx/builder.ts"
import { int64 } from "../../onnx/tensors.ts"
import type { CategoryFeature, TrainingData } from "../learner.ts"
import type { ActivationName } from "./activations.ts"
import type { ModelTensor } from "./layer.ts"
import { Dense } from "./layers/dense.ts"
import { Dropout } from "./layers/dropout.ts"
import { Embedding } from "./layers/embedding.ts"
import { Concatenate } from "./layers/merge.ts"
import { Flatten } from "./layers/reshape.ts"
import type { TrainingArray } from "./source.ts"
import type { Network } from "./trace.ts"

export type TableNetwork = {
  readonly network: Network
  /** Features that are numbers; null where all are categories. */
  readonly numbers: readonly number[] | null
  readonly embeddings: readonly EmbeddingGroup[]
  /** What the first hidden layer reads: numbers, then embeddings; the feature that each of its values comes from. */
  readonly first: ModelTensor
  readonly featureOfValue: readonly number[]
  /** Nodes from the matrix of features to the network's inputs; returns their names. */
  readonly emitInputs: (builder: GraphBuilder, features: string) => readonly string[]
}

/** Categories whose embeddings have one size share one table: their codes follow one another. */
type EmbeddingGroup = {
  readonly size: number
  readonly levelCount: number
  readonly members: readonly { readonly feature: number; readonly offset: number }[]
}

const embeddingSizeMax = 64

/**
 * 1.6 levels^0.56, the rule of thumb of the fastai library, raised to a power of two so that few different sizes, and so few tables, come of
 * many categories.
 */
export function embeddingSize(levelCount: number): number {
  const wanted = Math.min(1.6 * levelCount ** 0.56, embeddingSizeMax)
  return Math.min(2 ** Math.ceil(Math.log2(Math.max(Math.round(wanted), 1))), embeddingSizeMax)
}

export function networkFor(
  data: Pick<TrainingData, "featureCount" | "categories">,
  options: {
    readonly layers: readonly number[]
    readonly activation: ActivationName
    readonly dropout: number
    readonly outputs: number
  },
): TableNetwork {
  const { featureCount, categories } = data
  const coded = new Set(categories.map(({ feature }) => feature))
  const numbers = Array.from({ length: featureCount }, (_, feature) => feature).filter(
    (feature) => !coded.has(feature),
  )
  const embeddings = groupCategories(categories)
  const inputs: (ModelTensor & { readonly kind: "input" })[] = []
  const parts: ModelTensor[] = []
  if (numbers.length > 0) {
    const input = {
      kind: "input" as const,
      shape: [numbers.length],
      type: "float32" as const,
      name: "numbers",
    }
    inputs.push(input)
    parts.push(input)
  }
  for (const [at, { size, levelCount, members }] of embeddings.entries()) {
    const input = {
      kind: "input" as const,
      shape: [members.length],
      type: "int64" as const,
      name: `codes${at}`,
    }
    inputs.push(input)
    parts.push(Flatten()(Embedding(levelCount, size)(input)))
  }
  const [first] = parts
  if (first === undefined) throw new Error("a table has a feature")
  const joined = parts.length === 1 ? first : Concatenate()(...parts)
  let value = joined
  for (const width of options.layers) {
    value = Dense(width, {
      activation: options.activation,
      kernelInitializer: initializerOf(options.activation),
    })(value)
    if (options.dropout > 0) value = Dropout(options.dropout)(value)
  }
  const network: Network = { inputs, outputs: [Dense(options.outputs)(value)] }
  const known = numbers.length > 0 ? numbers : null
  return {
    network,
    numbers: known,
    embeddings,
    first: joined,
    featureOfValue: [
      ...numbers,
      ...embeddings.flatMap(({ size, members }) =>
        members.flatMap(({ feature }) => new Array<number>(size).fill(feature)),
      ),
    ],
    emitInputs: (builder, features) =>
      emitInputs(builder, features, { numbers: known, embeddings, featureCount }),
  }
}

/** Variance that neither grows nor shrinks from layer to layer. */
function initializerOf(activation: ActivationName) {
  return activation === "tanh" || activation === "sigmoid" ? "glorotUniform" : "heUniform"
}

function groupCategories(categories: readonly CategoryFeature[]): EmbeddingGroup[] {
  const groups = new Map<number, { levelCount: number; members: EmbeddingGroup["members"][number][] }>()
  for (const { feature, levelCount } of categories) {
    const size = embeddingSize(levelCount)
    const group = groups.get(size) ?? { levelCount: 0, members: [] }
    group.members.push({ feature, offset: group.levelCount })
    group.levelCount += levelCount
    groups.set(size, group)
  }
  return [...groups].map(([size, group]) => ({ size, ...group }))
}

function emitInputs(
  builder: GraphBuilder,
  features: string,
  of: Pick<TableNetwork, "numbers" | "embeddings"> & { readonly featureCount: number },
): string[] {
  const pick = (columns: readonly number[]) =>
    columns.length === of.featureCount
      ? features
      : builder.op("Gather", [features, builder.constant(int64(columns))], { axis: int(1) })
  const names: string[] = []
  if (of.numbers !== null) names.push(pick(of.numbers))
  for (const { members } of of.embeddings) {
    const codes = builder.op("Cast", [pick(members.map(({ feature }) => feature))], { to: int(7) })
    const offsets = builder.constant(int64(members.map(({ offset }) => offset)))
    names.push(builder.op("Add", [codes, offsets]))
  }
  return names
}

/** Chosen rows of the features as the network's inputs. */
export function inputArrays(data: TrainingData, table: TableNetwork, rows: Int32Array): TrainingArray[] {
  const { features, featureCount } = data
  const arrays: TrainingArray[] = []
  if (table.numbers !== null) {
    const width = table.numbers.length
    const values = new Float32Array(rows.length * width)
    for (const [at, row] of rows.entries())
      for (const [place, feature] of table.numbers.entries())
        values[at * width + place] = features[row * featureCount + feature] ?? 0
    arrays.push({ type: "float32", shape: [rows.length, width], data: values })
  }
  for (const { members } of table.embeddings) {
    const width = members.length
    const codes = new BigInt64Array(rows.length * width)
    for (const [at, row] of rows.entries())
      for (const [place, { feature, offset }] of members.entries())
        codes[at * width + place] = BigInt((features[row * featureCount + feature] ?? 0) + offset)
    arrays.push({ type: "int64", shape: [rows.length, width], data: codes })
  }
  return arrays
}
