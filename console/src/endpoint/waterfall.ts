/** @file Contributions as a waterfall: each bar begins where the one before ended, so that baseline and bars are seen to add up. */

export type Contribution = {
  readonly column: string
  readonly value: string | number | boolean | null
  readonly contribution: number
}

/** `from` and `to` are shares of the width, 0 at the left. */
export type Bar = Contribution & { readonly from: number; readonly to: number }

export type Waterfall = {
  readonly bars: readonly Bar[]
  /** The sum of what is too small to be shown alone; null when all are shown. */
  readonly others: (Omit<Bar, "column" | "value"> & { readonly count: number }) | null
  readonly baselineAt: number
  readonly totalAt: number
  /** Where 0 lies, when it lies within the picture. */
  readonly zeroAt: number | null
  readonly total: number
}

const marginShare = 0.03

/** The largest first, by absolute contribution; those beyond `shownMax` together, unless that would be only one. */
export function waterfallOf(
  explanation: { readonly baseline: number; readonly contributions: readonly Contribution[] },
  shownMax: number,
): Waterfall {
  const { baseline, contributions } = explanation
  const sorted = contributions.toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
  const shown = sorted.length <= shownMax + 1 ? sorted : sorted.slice(0, shownMax)
  const rest = sorted.slice(shown.length)
  const restSum = rest.reduce((sum, { contribution }) => sum + contribution, 0)
  const steps = [...shown.map(({ contribution }) => contribution), restSum]
  const ends = [baseline]
  for (const step of steps) ends.push((ends.at(-1) ?? baseline) + step)
  const at = scaleOver(ends)
  const place = (index: number) => ({
    from: at(ends[index] ?? baseline),
    to: at(ends[index + 1] ?? baseline),
  })
  const total = ends.at(-1) ?? baseline
  const zero = at(0)
  return {
    bars: shown.map((contribution, index) => ({ ...contribution, ...place(index) })),
    others: rest.length === 0 ? null : { contribution: restSum, count: rest.length, ...place(shown.length) },
    baselineAt: at(baseline),
    totalAt: at(total),
    zeroAt: zero >= 0 && zero <= 1 ? zero : null,
    total,
  }
}

function scaleOver(values: readonly number[]): (value: number) => number {
  const low = Math.min(...values)
  const width = Math.max(...values) - low
  return (value) => (width === 0 ? 0.5 : marginShare + ((value - low) / width) * (1 - 2 * marginShare))
}
