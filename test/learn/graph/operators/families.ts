/** @file What all operators of one shape are held to: values by a formula, derivatives by differences, free sizes, faults. */
import assert from "node:assert/strict"
import { describe, test } from "node:test"

import fc from "fast-check"

import { type ErrorCode, isFault } from "../../../../src/base/errors.ts"
import type { Tensor } from "../../../../src/engine/session.ts"
import { op } from "../../../../src/learn/graph/op.ts"
import { integers } from "../../../../src/learn/graph/operator.ts"
import {
  type Attributes,
  type ElementType,
  placeholder,
  type Shape,
  type SymbolicTensor,
} from "../../../../src/learn/graph/tensor.ts"
import { float, int } from "../../../../src/onnx/attributes.ts"
import { elementTypes } from "../../../../src/onnx/element-types.ts"
import {
  awayFromZero,
  broadcastPairs,
  broadcastValues,
  checkFreeSizes,
  checkGradient,
  checkProperty,
  gradientsOf,
  shapes,
  type Values,
  valuesOf,
} from "../check-gradient.ts"
import { emittedOperators, runGraph } from "../run-graph.ts"

export type UnaryFamily = {
  readonly formula: (x: number) => number
  readonly attributes?: Attributes
  readonly element?: fc.Arbitrary<number>
  /** The slope at 0, where that is a choice. */
  readonly slopeAtZero?: number
  /** Digits of the float64 values; 12 unless given. */
  readonly precision?: number
}

export function describeUnary(name: string, family: UnaryFamily): void {
  const { formula, attributes = {}, element = awayFromZero, slopeAtZero, precision = 1e-12 } = family
  const build = ([x]: readonly SymbolicTensor[]) => op(name, [x ?? null], attributes)
  describe(`${name}${attributesIn(attributes)}`, () => {
    test("has the formula's values", async () => {
      await checkProperty(
        shapes.chain((shape) => valuesOf(shape, element)),
        async ({ shape, data }) => {
          const [result] = await runGraph([{ type: "float64", shape, data }], build)
          assertAllNear(result, Array.from(data, formula), precision)
        },
      )
    })

    test("has the derivative of differences", async () => {
      await checkProperty(
        shapes.chain((shape) => valuesOf(shape, element)),
        async (values) => checkGradient([values], build),
      )
    })

    test("keeps free sizes", async () => {
      const within = ([x]: readonly SymbolicTensor[]) => build([intoDomain(x, element)])
      await checkFreeSizes([["batch", 3]], within)
    })

    test("is the engine's kernel in float32", () => {
      assert.deepEqual(emittedOperators("float32", [[2, 3]], build), [name])
    })

    if (slopeAtZero !== undefined)
      test(`has a slope of ${slopeAtZero} at 0`, async () => {
        assert.deepEqual(await gradientsOf([{ shape: [1], data: Float64Array.of(0) }], build), [
          [slopeAtZero],
        ])
      })
  })
}

/** Positive numbers stay positive for operators that take no others. */
function intoDomain(x: SymbolicTensor | undefined, element: fc.Arbitrary<number>): SymbolicTensor {
  assert(x !== undefined)
  return fc.sample(element, { numRuns: 50, seed: 1 }).every((value) => value > 0) ? op("Exp", [x]) : x
}

export type BinaryFamily = {
  readonly formula: (x: number, y: number) => number
  readonly element?: fc.Arbitrary<number>
}

export function describeBinary(name: string, { formula, element = awayFromZero }: BinaryFamily): void {
  const build = (tensors: readonly SymbolicTensor[]) => op(name, tensors)
  describe(name, () => {
    test("has the formula's values", async () => {
      const pairs = shapes.chain((shape) => fc.tuple(valuesOf(shape, element), valuesOf(shape, element)))
      await checkProperty(pairs, async ([x, y]) => {
        const inputs = [x, y].map(({ shape, data }) => ({ type: "float64" as const, shape, data }))
        const [result] = await runGraph(inputs, build)
        assertAllNear(
          result,
          Array.from(x.data, (value, at) => formula(value, y.data[at] ?? Number.NaN)),
          1e-12,
        )
      })
    })

    test("has the derivatives of differences over broadcast shapes", async () => {
      await checkProperty(broadcastValues(element), async (values) => checkGradient(values, build))
    })

    test("broadcasts over free sizes", async () => {
      const within = (tensors: readonly SymbolicTensor[]) => build(tensors.map((x) => intoDomain(x, element)))
      await checkFreeSizes([["batch", 3], [3]], within)
      await checkFreeSizes(
        [
          ["batch", 1],
          ["batch", 3],
        ],
        within,
      )
      await checkFreeSizes([["batch"], [2, 1]], within)
    })

    test("takes no shapes that do not broadcast, and no two types", () => {
      assertFault("GRAPH_SHAPE", () => op(name, [floats([2, 3]), floats([2, 2])]))
      assertFault("GRAPH_SHAPE", () => op(name, [floats(["batch"]), floats(["other"])]))
      assertFault("GRAPH_SHAPE", () => op(name, [floats([2]), placeholder("y", "int64", [2])]))
    })
  })
}

export function describeComparison(name: string, formula: (x: number, y: number) => boolean): void {
  describe(name, () => {
    test("says of each pair whether it is so, over broadcast shapes", async () => {
      const pairs = broadcastPairs.chain(([a, b]) =>
        fc.tuple(valuesOf(a, someIntegers), valuesOf(b, someIntegers)),
      )
      await checkProperty(pairs, async ([x, y]) => {
        const inputs = [x, y].map(({ shape, data }) => ({ type: "float64" as const, shape, data }))
        const [result] = await runGraph(inputs, (tensors) => op(name, tensors))
        assert(result?.type === "bool")
        assert.deepEqual(
          Array.from(result.data, Boolean),
          broadcastPair(result.shape, [x, y]).map(([a, b]) => formula(a, b)),
        )
      })
    })

    test("passes no gradient", async () => {
      const condition = ([x, y]: readonly SymbolicTensor[]) => op(name, [x ?? null, y ?? null])
      await checkGradient([vectorOf(0.5, 1.5), vectorOf(1, -1)], ([x = floats([]), y = floats([])]) =>
        op("Where", [condition([x, y]), x, y]),
      )
    })

    test("takes no two types", () => {
      assertFault("GRAPH_SHAPE", () => op(name, [floats([2]), placeholder("y", "int64", [2])]))
    })
  })
}

export type ReductionFamily = {
  readonly formula: (values: readonly number[]) => number
  readonly values: (shape: readonly number[]) => fc.Arbitrary<Values>
}

export function describeReduction(name: string, { formula, values }: ReductionFamily): void {
  const reductions = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }).chain((shape) =>
    fc.record({
      values: values(shape),
      axes: fc.subarray(
        shape.map((_, axis) => axis),
        { minLength: 1 },
      ),
      isFromEnd: fc.boolean(),
      keepdims: fc.constantFrom(0, 1),
    }),
  )
  describe(name, () => {
    test("has the formula's values over all elements, axes kept or not", async () => {
      for (const keepdims of [0, 1])
        await checkProperty(
          shapes.chain((shape) => values(shape)),
          async ({ shape, data }) => {
            const [result] = await runGraph([{ type: "float64", shape, data }], ([x = floats([])]) =>
              op(name, [x], { keepdims: int(keepdims) }),
            )
            assertAllNear(result, [formula(Array.from(data))], 1e-12)
          },
        )
    })

    test("has the derivative of differences over any axes, counted from either end", async () => {
      await checkProperty(reductions, async ({ values: given, axes, isFromEnd, keepdims }) => {
        const named = axes.map((axis) => (isFromEnd ? axis - given.shape.length : axis))
        await checkGradient([given], ([x = floats([])]) =>
          op(name, [x, integers(named)], { keepdims: int(keepdims) }),
        )
      })
    })

    test("reduces free sizes, and beside them", async () => {
      for (const axes of [[0], [1], [0, 1]])
        for (const keepdims of [0, 1])
          await checkFreeSizes([["batch", 3]], ([x = floats([])]) =>
            op(name, [x, integers(axes)], { keepdims: int(keepdims) }),
          )
    })

    test("with no axes named, reduces all of them or none", async () => {
      const given = { type: "float64" as const, shape: [2], data: Float64Array.of(0.5, 1.5) }
      for (const noop of [0, 1]) {
        const [result] = await runGraph([given], ([x = floats([])]) =>
          op(name, [x, integers([])], { keepdims: int(0), noop_with_empty_axes: int(noop) }),
        )
        assert.deepEqual(result?.shape, noop === 1 ? [2] : [])
      }
    })

    test("takes only axes that are there and constant", () => {
      assertFault("GRAPH_SHAPE", () => op(name, [floats([2, 3]), integers([2])]))
      assertFault("GRAPH_SHAPE", () => op(name, [floats([2, 3]), placeholder("axes", "int64", [1])]))
    })
  })
}

export function describeBitwise(name: string, formula: (x: number, y: number) => number): void {
  const words = [0, 1, 5, 0x7fffffff, 0x80000000, 0xffffffff, 0x12345678]
  const pairs = words.flatMap((x) => words.map((y) => [x, y] as const))
  const inputs = [0, 1].map((side) =>
    int64Of(
      [pairs.length],
      pairs.map((pair) => pair[side] ?? 0),
    ),
  )
  describe(name, () => {
    for (const type of ["int32", "uint32"] as const)
      test(`works on the bits of ${type}`, async () => {
        const [result] = await runGraph(inputs, (tensors) =>
          op(
            name,
            tensors.map((tensor) => (type === "uint32" ? toUint32(tensor) : toInt32(tensor))),
          ),
        )
        const expected = pairs.map(([x, y]) => (type === "uint32" ? formula(x, y) >>> 0 : formula(x, y)))
        assert.deepEqual(numbersOf(result), expected)
      })

    test("works on the bits of int64", async () => {
      const small = [3, 5].map((value) => int64Of([], [value]))
      assert.deepEqual(numbersOf((await runGraph(small, (tensors) => op(name, tensors)))[0]), [formula(3, 5)])
    })

    test("takes integers of one type", () => {
      assertFault("GRAPH_SHAPE", () => op(name, [floats([2]), floats([2])]))
      assertFault("GRAPH_SHAPE", () => op(name, [floats([2], "int64"), floats([2], "int32")]))
    })
  })
}

export function toUint32(tensor: SymbolicTensor): SymbolicTensor {
  return op("Cast", [tensor], { to: int(elementTypes.uint32.number) })
}

function toInt32(tensor: SymbolicTensor): SymbolicTensor {
  return op("Cast", [tensor], { to: int(elementTypes.int32.number) })
}

/** Of operators that are constant between jumps. */
export function describeStep(name: string, formula: (x: number) => number, values: readonly number[]): void {
  const build = ([x = floats([])]: readonly SymbolicTensor[]) => op(name, [x])
  describe(name, () => {
    test("has the formula's values", async () => {
      for (const type of ["float32", "float64"] as const) {
        const [result] = await runGraph([tensorOf([values.length], values)], ([x = floats([])]) =>
          build([op("Cast", [x], { to: int(elementTypes[type].number) })]),
        )
        assert.equal(result?.type, type)
        assertAllNear(result, values.map(formula), 0)
      }
    })

    test("passes no gradient", async () => {
      const between = values.filter((value) => Math.abs((value * 2) % 1) > 0.1)
      await checkGradient([vectorOf(...between)], ([x = floats([])]) => op("Mul", [x, build([x])]))
    })
  })
}

export function floats(shape: Shape, type: ElementType = "float32"): SymbolicTensor {
  return placeholder("x", type, shape)
}

export function vectorOf(...data: readonly number[]): Values {
  return { shape: [data.length], data: Float64Array.from(data) }
}

export function tensorOf(shape: readonly number[], data: readonly number[]): Tensor {
  return { type: "float64", shape, data: Float64Array.from(data) }
}

export function int64Of(shape: readonly number[], data: readonly number[]): Tensor {
  return { type: "int64", shape, data: BigInt64Array.from(data, BigInt) }
}

export function boolOf(...data: readonly boolean[]): Tensor {
  return { type: "bool", shape: [data.length], data: Uint8Array.from(data, Number) }
}

export function numbersOf(tensor: Tensor | undefined): readonly number[] {
  assert(tensor !== undefined && tensor.type !== "string")
  return Array.from(tensor.data, Number)
}

export function assertAllNear(
  found: Tensor | undefined,
  expected: readonly number[],
  tolerance: number,
): void {
  const values = numbersOf(found)
  assert.equal(values.length, expected.length)
  for (const [at, value] of values.entries()) {
    const wanted = expected[at] ?? Number.NaN
    const error = Math.abs(value - wanted) / Math.max(1, Math.abs(wanted))
    assert(error <= tolerance || Object.is(value, wanted), `element ${at}: ${value} by ${wanted}`)
  }
}

export function assertFault(code: ErrorCode, act: () => unknown): void {
  assert.throws(act, (error) => isFault(error, code))
}

export const someIntegers: fc.Arbitrary<number> = fc.integer({ min: -2, max: 2 })

/** The pairs of elements of two tensors that broadcast to a shape, by counting through its places. */
function broadcastPair(shape: readonly number[], pair: readonly [Values, Values]) {
  const count = shape.reduce((product, size) => product * size, 1)
  return Array.from({ length: count }, (_, at) => {
    const [x, y] = pair.map(({ shape: own, data }) => {
      let [rest, from, stride] = [at, 0, 1]
      for (let back = 1; back <= shape.length; back++) {
        const size = shape.at(-back) ?? 1
        const ownSize = back <= own.length ? (own.at(-back) ?? 1) : 1
        if (ownSize > 1) from += (rest % size) * stride
        stride *= ownSize
        rest = Math.floor(rest / size)
      }
      return data[from] ?? Number.NaN
    })
    return [x ?? Number.NaN, y ?? Number.NaN] as const
  })
}

function attributesIn(attributes: Attributes): string {
  const entries = Object.entries(attributes).map(([name, attribute]) =>
    attribute.kind === "float" || attribute.kind === "int" || attribute.kind === "string"
      ? ` with ${name} ${attribute.value}`
      : "",
  )
  return entries.join("")
}

export function alpha(value: number): Attributes {
  return { alpha: float(value) }
}
