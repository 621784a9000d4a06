/** @file 95% intervals of metrics: stratified percentile bootstrap over rows or whole groups, and paired differences of two models. */
import assert from "node:assert"

import { drawCounts, spreadCounts } from "./kernels.ts"
import { type Measure, measureAll } from "./measure.ts"
import { streamKey } from "./random.ts"

/** A value with its 95% interval. */
export type Interval = {
  readonly name: string
  readonly value: number
  readonly low: number
  readonly high: number
}

/** How rows are drawn again. */
export type Sampling = {
  readonly rowCount: number
  /** Class of each row: each keeps its number of rows. null for a regression. */
  readonly strata: Int32Array | null
  /** Rows of equal group are drawn together; null when rows are independent. */
  readonly groups: Int32Array | null
  readonly seed: number
}

export const replicateCount = 2_000
const lowQuantile = 0.025
const highQuantile = 0.975

/**
 * Percentile intervals by 2,000 replicates (Efron and Tibshirani 1993, chapter 13), the same replicates for all metrics. Metrics that
 * are undefined on all rows are left out; replicates on which one is undefined do not count for it.
 */
export function bootstrapIntervals(measures: readonly Measure[], sampling: Sampling): Interval[] {
  const values = measureAll(measures, sampling.rowCount, null)
  const draws = new Map([...values.keys()].map((name) => [name, new Float64Array(replicateCount)]))
  forEachReplicate(sampling, (replicate, weights) => {
    for (const { names, measure } of measures) {
      const results = new Float64Array(names.length)
      measure(weights, results)
      for (const [index, name] of names.entries()) {
        const ofName = draws.get(name)
        if (ofName !== undefined) ofName[replicate] = results[index] ?? Number.NaN
      }
    }
  })
  return [...values]
    .filter(([, value]) => !Number.isNaN(value))
    .map(([name, value]) => intervalOf(name, value, draws.get(name) ?? new Float64Array()))
}

/**
 * First minus second of one metric, both computed on the same replicates: much narrower than two intervals side by side, because
 * hard rows are hard for both.
 */
export function pairedDifference(
  name: string,
  models: { readonly first: Measure; readonly second: Measure },
  sampling: Sampling,
): Interval {
  const first = metricOf(models.first, name)
  const second = metricOf(models.second, name)
  const everyRow = new Float64Array(sampling.rowCount).fill(1)
  const draws = new Float64Array(replicateCount)
  forEachReplicate(sampling, (replicate, weights) => {
    draws[replicate] = first(weights) - second(weights)
  })
  return intervalOf(name, first(everyRow) - second(everyRow), draws)
}

function metricOf({ names, measure }: Measure, name: string): (weights: Float64Array) => number {
  const index = names.indexOf(name)
  assert(index >= 0, `no metric ${name} among ${names.join(", ")}`)
  const values = new Float64Array(names.length)
  return (weights) => {
    measure(weights, values)
    return values[index] ?? Number.NaN
  }
}

function forEachReplicate(
  sampling: Sampling,
  visit: (replicate: number, weights: Float64Array) => void,
): void {
  const { rowCount, groups, strata, seed } = sampling
  const unitOfRow = groups === null ? null : denseIdentifiers(groups)
  const unitCount =
    unitOfRow === null ? rowCount : unitOfRow.reduce((most, unit) => Math.max(most, unit + 1), 0)
  const { units, starts } = unitsByStratum(unitStrata(strata, unitOfRow, unitCount), unitCount)
  const counts = new Float64Array(unitCount)
  const weights = unitOfRow === null ? counts : new Float64Array(rowCount)
  for (let replicate = 0; replicate < replicateCount; replicate++) {
    drawCounts(units, starts, streamKey({ seed, stream: replicate }), counts)
    if (unitOfRow !== null) spreadCounts(counts, unitOfRow, weights)
    visit(replicate, weights)
  }
}

/** Group identifiers as 0, 1, 2, ... in the order of their first row. */
function denseIdentifiers(groups: Int32Array): Uint32Array {
  const known = new Map<number, number>()
  return Uint32Array.from(groups, (group) => {
    const identifier = known.get(group) ?? known.size
    known.set(group, identifier)
    return identifier
  })
}

/** A group whose rows are all of one class belongs to that class's stratum; mixed groups share one stratum of their own (-1). */
function unitStrata(
  strata: Int32Array | null,
  unitOfRow: Uint32Array | null,
  unitCount: number,
): Int32Array | null {
  if (strata === null || unitOfRow === null) return strata
  const ofUnit = new Int32Array(unitCount)
  const isKnown = new Uint8Array(unitCount)
  for (const [row, unit] of unitOfRow.entries()) {
    const stratum = strata[row] ?? 0
    ofUnit[unit] = isKnown[unit] === 0 || ofUnit[unit] === stratum ? stratum : -1
    isKnown[unit] = 1
  }
  return ofUnit
}

/** The units, those of one stratum together, and where each stratum starts and the last one ends. */
function unitsByStratum(
  strata: Int32Array | null,
  unitCount: number,
): { units: Uint32Array; starts: Uint32Array } {
  const units = Uint32Array.from({ length: unitCount }, (_, unit) => unit)
  if (strata === null) return { units, starts: Uint32Array.of(0, unitCount) }
  units.sort((a, b) => (strata[a] ?? 0) - (strata[b] ?? 0) || a - b)
  const starts: number[] = []
  for (const [at, unit] of units.entries())
    if (at === 0 || strata[unit] !== strata[units[at - 1] ?? 0]) starts.push(at)
  return { units, starts: Uint32Array.from([...starts, unitCount]) }
}

function intervalOf(name: string, value: number, draws: Float64Array): Interval {
  const sorted = draws.filter((draw) => !Number.isNaN(draw)).sort()
  return { name, value, low: quantile(sorted, lowQuantile), high: quantile(sorted, highQuantile) }
}

/** Linear interpolation between order statistics (Hyndman and Fan 1996, type 7). */
function quantile(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share
  const below = Math.floor(position)
  const lower = sorted[below] ?? Number.NaN
  return lower + (position - below) * ((sorted[below + 1] ?? lower) - lower)
}
