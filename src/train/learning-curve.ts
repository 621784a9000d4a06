/** @file Learning curves as a report keeps them: few enough points for a chart, few enough digits for a line of JSON. */
import type { LearningCurve } from "../learn/network.ts"

export const curvePointsMax = 200
const digits = 5

/** Evenly chosen epochs, the first and the last among them. */
export function thinned(curve: LearningCurve): LearningCurve[number][] {
  const step = Math.max(1, (curve.length - 1) / (curvePointsMax - 1))
  const kept = new Set<number>()
  for (let at = 0; at <= curve.length - 1 + 1e-9; at += step) kept.add(Math.round(at))
  return curve
    .filter((_, at) => kept.has(at))
    .map(({ epoch, loss, validationLoss }) => ({
      epoch,
      loss: rounded(loss),
      validationLoss: validationLoss === null ? null : rounded(validationLoss),
    }))
}

function rounded(value: number): number {
  return Number(value.toPrecision(digits))
}
