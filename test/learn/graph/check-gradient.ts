/** @file Compares derivatives with central differences, in float64, in ONNX Runtime, and float32 with float64: DECISIONS 7's rule. */
import assert from "node:assert/strict"

import fc from "fast-check"

import { openSession } from "../../../src/engine/open-session.ts"
import type { Session, Tensor } from "../../../src/engine/session.ts"
import { gradients } from "../../../src/learn/graph/gradient.ts"
import { op } from "../../../src/learn/graph/op.ts"
import { scalar } from "../../../src/learn/graph/operator.ts"
import { isFloat, placeholder, type Shape, type SymbolicTensor } from "../../../src/learn/graph/tensor.ts"
import { int } from "../../../src/onnx/attributes.ts"
import { encodeModel } from "../../../src/onnx/codec.ts"
import {
  assertAsInferred,
  type Build,
  boundSizes,
  type Drawn,
  declare,
  drawGraph,
  feedsOf,
  type GraphInput,
  listOf,
  modelOf,
} from "./run-graph.ts"

/** `known` is the shape that the graph is told, with names for free sizes; the values' own unless given. */
export type Values = {
  readonly shape: readonly number[]
  readonly data: Float64Array
  readonly known?: Shape
}

const step = 1e-5
const tolerance = 1e-6
const float32Tolerance = 1e-5

/**
 * Checks the gradients of sum(cotangent * f(inputs)) over all outputs, with cotangents that differ from element to element, by every input;
 * that float32 comes to the same; and that all types and shapes are as inferred. Keep the values further than 1e-4 from where f has a kink.
 */
export async function checkGradient(values: readonly Values[], build: Build): Promise<void> {
  const inputs = values.map((each) => ({ ...each, data: each.data.map(Math.fround) }))
  const exact = await openCheck("float64", inputs, build)
  try {
    const analytic = await exact.run()
    await checkDifferences(exact, analytic)
    await checkFloat32(analytic, inputs, build)
  } finally {
    await exact.session.close()
  }
}

/** Checks a graph with a free size `batch` when that is 1, 2 and 5. */
export async function checkFreeSizes(shapes: readonly Shape[], build: Build): Promise<void> {
  for (const batch of [1, 2, 5]) {
    const bound = shapes.map((known) => {
      const shape = known.map((size) => (typeof size === "string" ? batch : size))
      return { known, shape }
    })
    await checkGradient(
      bound.map(({ known, shape }, index) => ({ known, shape, data: spread(shape, index) })),
      build,
    )
  }
}

/** Numbers of both signs, none of them near another or near 0. */
function spread(shape: readonly number[], seed: number): Float64Array {
  const count = shape.reduce((product, size) => product * size, 1)
  return Float64Array.from({ length: count }, (_, at) => {
    const place = (at * 0.618034 + seed * 0.381966 + 0.1) % 1
    return (at % 2 === 0 ? 1 : -1) * (0.1 + 1.8 * place)
  })
}

/** The gradients of the sum of f(inputs) by every input: for choices at kinks. */
export async function gradientsOf(
  values: readonly Values[],
  build: Build,
): Promise<readonly (readonly number[])[]> {
  const inputs = values.map((each): GraphInput => ({ ...each, type: "float64" }))
  const drawn = drawGraph(inputs)
  const outputs = listOf(build(drawn.tensors)).map((output) => ({ output, seed: scalar(output.type, 1) }))
  for (const [index, gradient] of gradients(outputs, drawn.tensors).entries()) {
    assert(gradient !== null)
    declare(drawn, gradient, `g${index}`)
  }
  const session = await openSession(encodeModel(modelOf(drawn.builder)), { threads: 1 })
  try {
    const results = await session.run(feedsOf(inputs))
    return values.map((_, index) => {
      const gradient = results[`g${index}`]
      assert(gradient?.type === "float64")
      return Array.from(gradient.data)
    })
  } finally {
    await session.close()
  }
}

type Check = {
  readonly session: Session
  readonly inputs: readonly GraphInput[]
  /** Outputs y0, y1, ..., gradients g0, g1, ... and the loss. */
  readonly run: () => Promise<Readonly<Record<string, Tensor>>>
}

async function openCheck(
  type: "float32" | "float64",
  values: readonly Values[],
  build: Build,
): Promise<Check> {
  const inputs = values.map(({ data, ...rest }): GraphInput => {
    if (type === "float64") return { ...rest, type, data }
    return { ...rest, type, data: Float32Array.from(data) }
  })
  const drawn = drawGraph(inputs)
  const outputs = listOf(build(drawn.tensors))
  const seeds = outputs.filter(isFloat).map((output) => ({ output, seed: seedOf(drawn, output) }))
  const parts = seeds.map(({ output, seed }) =>
    op("ReduceSum", [op("Mul", [output, seed])], { keepdims: int(0) }),
  )
  const found = gradients(seeds, drawn.tensors)
  for (const [index, output] of outputs.entries()) declare(drawn, output, `y${index}`)
  declare(drawn, op("Sum", parts), "loss")
  for (const [index, gradient] of found.entries()) {
    assert(gradient !== null, `no gradient of input ${index}`)
    assert.deepEqual(gradient.shape, drawn.tensors[index]?.shape)
    declare(drawn, gradient, `g${index}`)
  }
  const session = await openSession(encodeModel(modelOf(drawn.builder)), { threads: 1 })
  const sizes = boundSizes(inputs)
  const run = async () => {
    const results = await session.run(feedsOf(inputs))
    const named = (name: string) => results[name] ?? assert.fail(name)
    for (const [index, output] of outputs.entries()) assertAsInferred(named(`y${index}`), output, sizes)
    for (const [index, tensor] of drawn.tensors.entries()) assertAsInferred(named(`g${index}`), tensor, sizes)
    return results
  }
  return { session, inputs, run }
}

/** cos(1 + 1.7 k) for the k-th element, of whatever shape the output has in a run. */
function seedOf({ builder, emitter }: Drawn, output: SymbolicTensor): SymbolicTensor {
  const { type, shape } = output
  const number = (value: bigint) =>
    builder.constant({ type: "int64", shape: [], data: BigInt64Array.of(value) })
  const factor = (value: number) =>
    builder.constant({ type: "float64", shape: [], data: Float64Array.of(value) })
  const name = emitter.value(output)
  const places = builder.op("Range", [number(0n), builder.op("Size", [name]), number(1n)])
  const angles = builder.op("Mul", [builder.op("Cast", [places], { to: int(11) }), factor(1.7)])
  const waves = builder.op("Cos", [builder.op("Add", [angles, factor(1)])])
  const cast = builder.op("Cast", [waves], { to: int(type === "float64" ? 11 : 1) })
  const seed = placeholder("seed", type, shape)
  emitter.bind(seed, builder.op("Reshape", [cast, builder.op("Shape", [name])], { allowzero: int(1) }))
  return seed
}

async function checkDifferences(check: Check, analytic: Readonly<Record<string, Tensor>>): Promise<void> {
  for (const [index, { data, shape }] of check.inputs.entries()) {
    const gradient = analytic[`g${index}`]
    assert(data instanceof Float64Array && gradient?.type === "float64")
    for (const [at, value] of data.entries()) {
      const lossAt = async (moved: number) => {
        data[at] = moved
        const { loss } = await check.run()
        assert(loss?.type === "float64")
        return loss.data[0] ?? Number.NaN
      }
      const difference = ((await lossAt(value + step)) - (await lossAt(value - step))) / (2 * step)
      data[at] = value
      assertNear(gradient.data[at], difference, {
        tolerance,
        what: `the derivative by input ${index}, element ${at} of [${shape.join(", ")}], by its difference`,
      })
    }
  }
}

async function checkFloat32(
  exact: Readonly<Record<string, Tensor>>,
  values: readonly Values[],
  build: Build,
): Promise<void> {
  const check = await openCheck("float32", values, build)
  try {
    for (const [name, { type, data }] of Object.entries(await check.run())) {
      const expected = exact[name]
      if (type !== "float32") continue
      assert(expected?.type === "float64")
      for (const [at, value] of data.entries())
        assertNear(value, expected.data[at] ?? Number.NaN, {
          tolerance: float32Tolerance,
          what: `${name}, element ${at}, in float32 by float64`,
        })
    }
  } finally {
    await check.session.close()
  }
}

function assertNear(
  value: number | undefined,
  expected: number,
  { tolerance: allowed, what }: { readonly tolerance: number; readonly what: string },
): void {
  const found = value ?? Number.NaN
  const error = Math.abs(found - expected) / Math.max(1, Math.abs(expected), Math.abs(found))
  assert(error < allowed || Object.is(found, expected), `${what}: ${found}, ${expected}`)
}

/** Runs a property on few examples: each opens two sessions. */
export async function checkProperty<T>(
  examples: fc.Arbitrary<T>,
  check: (example: T) => Promise<void>,
  numRuns = 12,
): Promise<void> {
  await fc.assert(fc.asyncProperty(examples, check), { numRuns })
}

/** Tensors of a shape with values of `element` (between -2 and 2, none near a kink at 0, unless given). */
export function valuesOf(shape: readonly number[], element = awayFromZero): fc.Arbitrary<Values> {
  const count = shape.reduce((product, size) => product * size, 1)
  return fc
    .array(element, { minLength: count, maxLength: count })
    .map((data) => ({ shape, data: Float64Array.from(data) }))
}

/** Tensors of a shape with values between -2 and 2 of which no two, and none and 0, are nearer than 0.01: for operators that choose. */
export function distinctValuesOf(shape: readonly number[]): fc.Arbitrary<Values> {
  const count = shape.reduce((product, size) => product * size, 1)
  return fc
    .uniqueArray(
      fc
        .integer({ min: 1, max: 199 })
        .chain((size) => fc.boolean().map((isNegative) => (isNegative ? -size : size) / 100)),
      { minLength: count, maxLength: count },
    )
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

/** Shapes of one to three axes, and one of the axes, counted from either end. */
export const shapesWithAxis: fc.Arbitrary<{ readonly shape: readonly number[]; readonly axis: number }> = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 })
  .chain((shape) =>
    fc.integer({ min: -shape.length, max: shape.length - 1 }).map((axis) => ({ shape, axis })),
  )

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

/** Two tensors whose shapes broadcast. */
export function broadcastValues(element = awayFromZero): fc.Arbitrary<readonly Values[]> {
  return broadcastPairs.chain((pair) => fc.tuple(...pair.map((shape) => valuesOf(shape, element))))
}
