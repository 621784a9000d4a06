/** @file Figures of a peer beside ours. */
import assert from "node:assert/strict"

import type { RecordedArray } from "./fixtures.ts"

/** Float32 on both sides, by other routes. */
const tolerance = 2e-5

export function floats({ shape, data }: RecordedArray) {
  return { type: "float32" as const, shape, data: Float32Array.from(data) }
}

export function assertNear(
  ours: ArrayLike<number> | undefined,
  theirs: RecordedArray | readonly number[],
  what: string,
) {
  const expected = "data" in theirs ? theirs.data : theirs
  assert.equal(ours?.length, expected.length, what)
  for (const [at, value] of expected.entries()) {
    const error = Math.abs((ours[at] ?? Number.NaN) - value) / Math.max(1, Math.abs(value))
    assert.ok(error < tolerance, `${what}, element ${at}: ${ours[at]}, theirs ${value}`)
  }
}
