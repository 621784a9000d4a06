/** @file The contract between metrics and intervals: metrics of one family, computed together from row weights. */

/** `measure(weights, values)` writes one value per name; NaN where a metric is undefined for these weights. */
export type Measure = {
  readonly names: readonly string[]
  readonly measure: (weights: Float64Array, values: Float64Array) => void
}

export type MetricValues = ReadonlyMap<string, number>

/** All metrics of the families, each row weighing 1 unless weights [rows] are given. */
export function measureAll(
  measures: readonly Measure[],
  rowCount: number,
  weights: Float64Array | null,
): MetricValues {
  const rowWeights = weights ?? new Float64Array(rowCount).fill(1)
  const results = new Map<string, number>()
  for (const { names, measure } of measures) {
    const values = new Float64Array(names.length)
    measure(rowWeights, values)
    for (const [index, name] of names.entries()) results.set(name, values[index] ?? Number.NaN)
  }
  return results
}
