import assert from "node:assert/strict"
import { test } from "node:test"

import fc from "fast-check"

import { openSession } from "../../../src/engine/open-session.ts"
import { op } from "../../../src/learn/graph/op.ts"
import { integers } from "../../../src/learn/graph/operator.ts"
import { constant, type SymbolicTensor } from "../../../src/learn/graph/tensor.ts"
import { Dense } from "../../../src/learn/network/layers/dense.ts"
import { BatchNormalization } from "../../../src/learn/network/layers/normalization.ts"
import { Sequential } from "../../../src/learn/network/model.ts"
import { createGraphBuilder } from "../../../src/onnx/builder.ts"
import { decodeModel, encodeModel } from "../../../src/onnx/codec.ts"
import { float32 } from "../../../src/onnx/tensors.ts"
import { broadcastPairs, shapes } from "./check-gradient.ts"

const element = fc.float({ noNaN: true, noDefaultInfinity: true })

function tensorOf(shape: readonly number[]): fc.Arbitrary<SymbolicTensor> {
  const length = shape.reduce((product, size) => product * size, 1)
  return fc
    .array(element, { minLength: length, maxLength: length })
    .map((data) => constant(float32(data, shape)))
}

/** The bits that ONNX Runtime computes of the same node. */
async function inEngine(operator: string, inputs: readonly SymbolicTensor[]): Promise<Uint32Array> {
  const builder = createGraphBuilder()
  const names = inputs.map(({ origin }, at) => {
    assert(origin.kind === "constant" && origin.value.type === "float32")
    return builder.input(`x${at}`, "float32", origin.value.shape)
  })
  const output = builder.op(operator, names)
  builder.output(
    output,
    "y",
    "float32",
    Array.from({ length: shapeOf(operator, inputs).length }, () => ""),
  )
  const session = await openSession(encodeModel(builder.build({ name: "fold", metadata: {} })), {
    threads: 1,
  })
  try {
    const feeds = inputs.map(({ origin }, at) => {
      assert(origin.kind === "constant" && origin.value.type === "float32")
      return [`x${at}`, origin.value] as const
    })
    const { y } = await session.run(Object.fromEntries(feeds))
    assert(y?.type === "float32")
    return new Uint32Array(Float32Array.from(y.data).buffer)
  } finally {
    await session.close()
  }
}

function shapeOf(operator: string, inputs: readonly SymbolicTensor[]) {
  return op(operator, inputs).shape
}

function bitsOf({ origin }: SymbolicTensor): Uint32Array {
  assert(origin.kind === "constant" && origin.value.type === "float32", "it was folded")
  return new Uint32Array(Float32Array.from(origin.value.data).buffer)
}

for (const operator of ["Add", "Sub", "Mul", "Div"])
  test(`${operator} of constants is a constant, to the engine's own bits`, () =>
    fc.assert(
      fc.asyncProperty(
        broadcastPairs.chain(([a, b]) => fc.tuple(tensorOf(a), tensorOf(b))),
        async (inputs) => {
          const ours = bitsOf(op(operator, inputs))
          // NaNs have many patterns.
          const same = (bits: Uint32Array) => Array.from(new Float32Array(bits.buffer))
          assert.deepEqual(same(ours), same(await inEngine(operator, inputs)))
        },
      ),
      { numRuns: 15 },
    ))

for (const operator of ["Neg", "Abs", "Sqrt", "Reciprocal"])
  test(`${operator} of a constant is a constant, to the engine's own bits`, () =>
    fc.assert(
      fc.asyncProperty(shapes.chain(tensorOf), async (input) => {
        const values = (bits: Uint32Array) => Array.from(new Float32Array(bits.buffer))
        assert.deepEqual(values(bitsOf(op(operator, [input]))), values(await inEngine(operator, [input])))
      }),
      { numRuns: 15 },
    ))

test("constants in another shape are constants", () => {
  const six = constant(float32([1, 2, 3, 4, 5, 6], [2, 3]))
  for (const [folded, shape] of [
    [op("Reshape", [six, integers([-1, 2])]), [3, 2]],
    [op("Unsqueeze", [six, integers([0, -1])]), [1, 2, 3, 1]],
    [op("Squeeze", [op("Unsqueeze", [six, integers([1])]), integers([1])]), [2, 3]],
  ] as const) {
    assert.equal(folded.origin.kind, "constant")
    assert.deepEqual(folded.shape, shape)
  }
})

test("a saved network holds no node that only reads constants, and none that nothing reads", () => {
  const model = Sequential([Dense(4, { inputDim: 3 }), BatchNormalization(), Dense(1)])
  const { graph } = decodeModel(model.toOnnx())
  const constants = new Set(graph.initializers.map(({ name }) => name))
  const read = new Set([
    ...graph.nodes.flatMap(({ inputs }) => inputs),
    ...graph.outputs.map(({ name }) => name),
  ])
  for (const { name, inputs, outputs } of graph.nodes) {
    assert.ok(
      inputs.some((input) => !constants.has(input)),
      `${name} only reads constants`,
    )
    assert.ok(
      outputs.some((output) => read.has(output)),
      `${name} is read by nothing`,
    )
  }
  for (const name of constants) assert.ok(read.has(name), `${name} is read by nothing`)
})
