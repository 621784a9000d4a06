/** @file Compares derivatives with central differences, in float64, in ONNX Runtime: DECISIONS 7's rule. */
import assert from "node:assert"

import fc from "fast-check"

import { openSession } from "../../../src/engine/open-session.ts"
import type { Tensors } from "../../../src/engine/session.ts"
import { createEmitter } from "../../../src/learn/graph/emit.ts"
import { gradients } from "../../../src/learn/graph/gradient.ts"
import { op } from "../../../src/learn/graph/op.ts"
import { constant, placeholder, type SymbolicTensor } from "../../../src/learn/graph/tensor.ts"
import { createGraphBuilder } from "../../../src/onnx/builder.ts"
import { encodeModel } from "../../../src/onnx/codec.ts"

export type Values = { readonly shape: readonly number[]; readonly data: Float64Array }

const step = 1e-5
const tolerance = 1e-6

/**
 * Checks the gradients of sum(cotangent * f(inputs)), with a cotangent that differs from element to element, by every input. Keep the values
 * further than 1e-4 from where f has a kink.
 */
export async function checkGradient(
  inputs: readonly Values[],
  build: (tensors: readonly SymbolicTensor[]) => SymbolicTensor,
): Promise<void> {
  const tensors = inputs.map(({ shape }, index) => placeholder(`x${index}`, "float64", shape))
  const output = build(tensors)
  const sizes = output.shape.map((size) => (typeof size === "number" ? size : assert.fail("a free size")))
  const count = sizes.reduce((product, size) => product * size, 1)
  const data = Float64Array.from({ length: count }, (_, at) => Math.cos(1 + 1.7 * at))
  const seed = constant({ type: "float64", shape: sizes, data })
  const loss = op("ReduceSum", [op("Mul", [output, seed])], { keepdims: { kind: "int", value: 0n } })
  const found = gradients([{ output, seed }], tensors)
  const builder = createGraphBuilder()
  const emitter = createEmitter(builder)
  for (const [index, tensor] of tensors.entries())
    emitter.bind(tensor, builder.input(`x${index}`, "float64", tensor.shape))
  builder.output(emitter.value(loss), "loss", "float64", [])
  for (const [index, gradient] of found.entries()) {
    assert(gradient !== null, `no gradient of input ${index}`)
    assert.deepEqual(gradient.shape, inputs[index]?.shape)
    builder.output(emitter.value(gradient), `g${index}`, "float64", gradient.shape)
  }
  const session = await openSession(encodeModel(builder.build({ name: "check", metadata: {} })), {
    threads: 1,
  })
  try {
    const analytic = await session.run(feedsOf(inputs))
    for (const [index, { data: values }] of inputs.entries()) {
      const gradient = analytic[`g${index}`]
      assert(gradient?.type === "float64")
      for (const [at, value] of values.entries()) {
        const lossAt = async (moved: number) => {
          values[at] = moved
          const { loss: result } = await session.run(feedsOf(inputs))
          assert(result?.type === "float64")
          return result.data[0] ?? Number.NaN
        }
        const difference = ((await lossAt(value + step)) - (await lossAt(value - step))) / (2 * step)
        values[at] = value
        const derivative = gradient.data[at] ?? Number.NaN
        const error =
          Math.abs(derivative - difference) / Math.max(1, Math.abs(difference), Math.abs(derivative))
        assert(
          error < tolerance,
          `input ${index}, element ${at} of [${inputs[index]?.shape.join(", ")}]: derivative ${derivative}, difference ${difference}`,
        )
      }
    }
  } finally {
    await session.close()
  }
}

function feedsOf(inputs: readonly Values[]): Tensors {
  return Object.fromEntries(
    inputs.map(({ shape, data }, index) => [`x${index}`, { type: "float64" as const, shape, data }]),
  )
}

/** Tensors of a shape with values of `element` (between -2 and 2, no two of them near, none near a kink at 0, unless given). */
export function valuesOf(shape: readonly number[], element = awayFromZero): fc.Arbitrary<Values> {
  const count = shape.reduce((product, size) => product * size, 1)
  return fc
    .array(element, { minLength: count, maxLength: count })
    .map((data) => ({ shape, data: Float64Array.from(data) }))
}

export function between(min: number, max: number): fc.Arbitrary<number> {
  return fc.double({ min, max, noNaN: true })
}

export const awayFromZero: fc.Arbitrary<number> = fc
  .tuple(between(0.05, 2), fc.boolean())
  .map(([size, isNegative]) => (isNegative ? -size : size))

/** Shapes of up to three axes of 1 to 4, size 1 often. */
export const shapes: fc.Arbitrary<readonly number[]> = fc.array(fc.integer({ min: 1, max: 4 }), {
  maxLength: 3,
})

/** A shape, and one that broadcasts with it: axes left out in front, or of size 1. */
export const broadcastPairs: fc.Arbitrary<readonly [readonly number[], readonly number[]]> = shapes.chain(
  (shape) =>
    fc
      .tuple(
        fc.integer({ min: 0, max: shape.length }),
        fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
        fc.boolean(),
      )
      .map(([cut, ones, isSwapped]) => {
        const other = shape.map((size, axis) => (ones[axis] ? 1 : size)).slice(cut)
        return isSwapped ? [other, shape] : [shape, other]
      }),
)
