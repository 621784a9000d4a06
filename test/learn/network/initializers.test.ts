import assert from "node:assert/strict"
import { test } from "node:test"

import { type InitializerName, initialValues } from "../../../src/learn/network/initializers.ts"

const [fanIn, fanOut] = [80, 120]
const draws = { seed: 5, stream: 2 }

/** What each paper asks of the variance. */
const variances: readonly (readonly [InitializerName, number])[] = [
  ["glorotUniform", 2 / (fanIn + fanOut)],
  ["glorotNormal", 2 / (fanIn + fanOut)],
  ["heUniform", 2 / fanIn],
  ["heNormal", 2 / fanIn],
  ["lecunUniform", 1 / fanIn],
  ["lecunNormal", 1 / fanIn],
  ["uniform", (2 * 0.05) ** 2 / 12],
]

for (const [name, variance] of variances)
  test(`${name} has mean 0 and the variance of its definition, within its bounds`, () => {
    const values = initialValues(name, [fanIn, fanOut], draws)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const found = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    assert.ok(Math.abs(mean) < 4 * Math.sqrt(variance / values.length), `mean ${mean}`)
    assert.ok(Math.abs(found / variance - 1) < 0.05, `variance ${found} for ${variance}`)
    const greatest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    // A uniform distribution ends at sqrt(3) deviations, a normal one is cut at two of those before the cut.
    const bound = name.endsWith("Normal") ? 2 / 0.87962566103423978 : Math.sqrt(3)
    assert.ok(greatest <= bound * Math.sqrt(variance) * (1 + 1e-6), `${greatest}`)
  })

test("a seed and a place give the same values again, another seed or place others", () => {
  const values = (seed: number, stream: number) => initialValues("heNormal", [4, 5], { seed, stream })
  assert.deepEqual(values(5, 2), values(5, 2))
  assert.notDeepEqual(values(5, 2), values(6, 2))
  assert.notDeepEqual(values(5, 2), values(5, 3))
})

test("zeros and ones are what they say", () => {
  assert.deepEqual(initialValues("zeros", [2, 2], draws), new Float32Array(4))
  assert.deepEqual(initialValues("ones", [3], draws), Float32Array.of(1, 1, 1))
})
