/** @file The statistics that a recipe is fitted by: exact, in float64. */

/** The values that are not NaN, ascending. */
export function sortedPresent(values: Float64Array): Float64Array {
  return values.filter((value) => !Number.isNaN(value)).sort()
}

/** The middle value, or the mean of the two middle ones; 0 of none. */
export function medianOf(sorted: Float64Array): number {
  const upper = Math.floor(sorted.length / 2)
  const high = sorted[upper] ?? 0
  if (sorted.length % 2 === 1) return high
  const low = sorted[upper - 1] ?? 0
  const sum = low + high
  // Halves of the least numbers are rounded, the sum of the greatest is infinite: one of the two ways is exact.
  return Number.isFinite(sum) ? sum / 2 : low / 2 + high / 2
}

/**
 * Order statistics at the shares, taken outwards, so that below 1/share rows nothing is clipped; the whole range when they coincide (a
 * column that is nearly always 0 would lose its few other values).
 */
export function clipRange(
  sorted: Float64Array,
  shares: readonly [number, number] | null,
): readonly [number, number] {
  const last = sorted.length - 1
  const least = sorted[0] ?? 0
  const greatest = sorted[last] ?? 0
  if (shares === null || last < 1) return [least, greatest]
  const low = sorted[Math.floor(shares[0] * last)] ?? least
  const high = sorted[Math.ceil(shares[1] * last)] ?? greatest
  return low < high ? [low, high] : [least, greatest]
}

/** Mean and population deviation, in two passes; the deviation of equal values is exactly 0. */
export function momentsOf(values: Float64Array): { readonly mean: number; readonly deviation: number } {
  const [first] = values
  if (first === undefined) return { mean: 0, deviation: 0 }
  if (values.every((value) => value === first)) return { mean: first, deviation: 0 }
  let sum = 0
  for (const value of values) sum += value
  const mean = sum / values.length
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2
  return { mean, deviation: Math.sqrt(squares / values.length) }
}

export function distinctCount(sorted: Float64Array): number {
  let count = 0
  for (let at = 0; at < sorted.length; at += 1) if (at === 0 || sorted[at] !== sorted[at - 1]) count += 1
  return count
}
