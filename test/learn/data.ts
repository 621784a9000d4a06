/** @file Training data for tests: the example sets, scaled as bench/reference/linear.py scaled them, and random ones. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"

import { randomUint32, streamKey } from "../../src/evaluate/random.ts"
import type { TrainingData } from "../../src/learn/learner.ts"

export type Scaling = {
  readonly columns: readonly string[]
  readonly means: readonly number[]
  readonly deviations: readonly number[]
  readonly levels?: Readonly<Record<string, readonly string[]>> | undefined
}

/** The rows of an example file (which quotes nothing) as texts by column. */
export function readExample(name: string): Record<string, string>[] {
  const [header = "", ...lines] = readFileSync(`examples/data/${name}.csv`, "utf8").trim().split("\n")
  const columns = header.trim().split(",")
  return lines.map((line) => {
    const cells = line.trim().split(",")
    return Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ""]))
  })
}

/** Row-major scaled numbers, then one-hot codes. */
export function scaledFeatures(
  rows: readonly Record<string, string>[],
  { columns, means, deviations, levels = {} }: Scaling,
): Float32Array {
  const values = rows.flatMap((row) => [
    ...columns.map((column, at) => (Number(row[column]) - (means[at] ?? 0)) / (deviations[at] ?? 1)),
    ...Object.entries(levels).flatMap(([column, ofColumn]) =>
      ofColumn.map((level) => (row[column] === level ? 1 : 0)),
    ),
  ])
  return Float32Array.from(values)
}

/** 1, 2, 3, 1, 2, 3, ... */
export function cyclicWeights(rowCount: number): Float64Array {
  return Float64Array.from({ length: rowCount }, (_, row) => 1 + (row % 3))
}

/** Gaussian features, about a third of them zero, and targets that depend on them. */
export function randomTrainingData(options: {
  readonly rowCount: number
  readonly featureCount: number
  readonly classCount: number | null
  readonly seed: number
}): TrainingData {
  const { rowCount, featureCount, classCount, seed } = options
  const uniform = (stream: number, counter: number) =>
    (randomUint32(streamKey({ seed, stream }), counter) + 0.5) / 2 ** 32
  const gaussian = (stream: number, counter: number) =>
    Math.sqrt(-2 * Math.log(uniform(stream, counter))) * Math.cos(2 * Math.PI * uniform(stream + 1, counter))
  const features = Float32Array.from({ length: rowCount * featureCount }, (_, at) =>
    uniform(9, at) < 0.33 ? 0 : gaussian(1, at),
  )
  const score = (row: number, output: number) => {
    let sum = 0
    for (let feature = 0; feature < featureCount; feature++)
      sum += (features[row * featureCount + feature] ?? 0) * gaussian(3, output * featureCount + feature)
    return sum / Math.sqrt(featureCount) + gaussian(5, row * 10 + output)
  }
  const rows = Array.from({ length: rowCount }, (_, row) => row)
  if (classCount === null)
    return {
      rowCount,
      featureCount,
      features,
      weights: null,
      categories: [],
      target: { kind: "number", values: Float64Array.from(rows, (row) => score(row, 0)) },
    }
  const classOf = (row: number) => {
    const scores = Array.from({ length: classCount }, (_, output) => score(row, output))
    return scores.indexOf(Math.max(...scores))
  }
  return {
    rowCount,
    featureCount,
    features,
    weights: null,
    categories: [],
    target: { kind: "classes", values: Int32Array.from(rows, classOf), classCount },
  }
}

export function assertWithin(got: number, expected: number, tolerance: number, what = "value"): void {
  assert.ok(
    Math.abs(got - expected) <= tolerance,
    `${what}: got ${got}, expected ${expected} within ${tolerance}`,
  )
}
