/** @file Outputs by threshold and by likelihood; signatures that survive the file, and files that contradict theirs. */
import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"

import fc from "fast-check"

import { openSession } from "../../src/engine/open-session.ts"
import type { Tensors } from "../../src/engine/session.ts"
import { createGraphBuilder } from "../../src/onnx/builder.ts"
import { decodeModel, encodeModel } from "../../src/onnx/codec.ts"
import type { Model } from "../../src/onnx/model.ts"
import { declareInputs, emitFeatures } from "../../src/prepare/compile.ts"
import {
  emitOutputs,
  leastFloat32AtLeast,
  metadataKeys,
  readRecipe,
  readSignature,
  writeMetadata,
  writeSignature,
} from "../../src/prepare/outputs.ts"
import type { Signature } from "../../src/prepare/signature.ts"
import { signatureOf } from "./signatures.ts"
import { fitAll, mixedTable } from "./tables.ts"

const binary = { task: "binary", classes: ["no", "yes"], positiveClass: "yes", threshold: 0.3 } as const
const wholeNumbers = { task: "multiclass", classes: [3, 5, 7], positiveClass: null, threshold: null } as const

test("a binary label follows the threshold, at least, whichever place the positive class has", async (t) => {
  const scores = [0.71, 0.29, 0.7, 0.3, 0.2, 0.8, Number.NaN, Number.NaN]
  const yes = await answer(t, classification({ ...binary, classes: ["no", "yes"] }), scores)
  assert.deepEqual(yes.label, { type: "string", shape: [4], data: ["no", "yes", "yes", "no"] })
  assert.deepEqual(yes.probabilities?.data, Float32Array.from(scores))
  const first = await answer(t, classification({ ...binary, classes: ["yes", "no"] }), scores)
  assert.deepEqual(first.label?.data, ["yes", "yes", "no", "no"])
})

test("a whole-number target has an int64 label; multiclass takes the likeliest", async (t) => {
  const outputs = await answer(t, classification(wholeNumbers), [0.2, 0.5, 0.3, 0.1, 0.2, 0.7, 0.4, 0.4, 0.2])
  assert.deepEqual(outputs.label, { type: "int64", shape: [3], data: BigInt64Array.of(5n, 7n, 3n) })
  assert.deepEqual(Object.keys(outputs).sort(), ["label", "probabilities"])
  const zeroOne = { task: "binary", classes: [0, 1], positiveClass: 1, threshold: null } as const
  const { label } = await answer(t, classification(zeroOne), [0.5, 0.5, 0.51, 0.49])
  assert.deepEqual(label?.data, BigInt64Array.of(1n, 0n))
})

test("a regression puts its scores out as prediction", async (t) => {
  const builder = createGraphBuilder()
  const scores = builder.input("scores", "float32", ["batch"])
  emitOutputs(builder, signatureOf([]), scores)
  const session = await openSession(encodeModel(builder.build({ name: "outputs", metadata: {} })), {
    threads: 1,
  })
  t.after(() => session.close())
  const { prediction } = await session.run({
    scores: { type: "float32", shape: [2], data: Float32Array.of(1.5, -2) },
  })
  assert.deepEqual(prediction, { type: "float32", shape: [2], data: Float32Array.of(1.5, -2) })
})

test("the float32 of a threshold parts the same probabilities as the threshold itself", () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1, max: 1 }),
      fc.float({ noNaN: true }),
      (value, score) => {
        assert.equal(score >= leastFloat32AtLeast(value), score >= value)
        assert(leastFloat32AtLeast(value) >= value)
      },
    ),
  )
})

test("signature and recipe come back from the bytes of a file as they were written", () => {
  const { model, signature, fitted } = regressionModel()
  assert.deepEqual(readSignature(model), signature)
  assert.deepEqual(readRecipe(model), fitted)
  const features: unknown = JSON.parse(model.metadata[metadataKeys.features] ?? "")
  assert(Array.isArray(features))
  assert.deepEqual(features[0], { column: "size", name: "size" })
})

test("a file without a signature, or with one that is no JSON or lacks something, is refused", () => {
  const { model, signature } = regressionModel()
  assert.throws(() => readSignature({ ...model, metadata: {} }), {
    code: "MODEL_SIGNATURE_MISSING",
    parameters: { key: metadataKeys.signature },
  })
  const refused = (text: string, place: string) =>
    assert.throws(
      () => readSignature({ ...model, metadata: { [metadataKeys.signature]: text } }),
      (error) => {
        assert(error instanceof Error && "code" in error && "parameters" in error)
        assert.equal(error.code, "MODEL_SIGNATURE_INVALID")
        assert.equal(
          JSON.stringify(error.parameters).includes(`"place":"${place}`),
          true,
          JSON.stringify(error.parameters),
        )
        return true
      },
    )
  refused("{", metadataKeys.signature)
  refused(JSON.stringify({ ...signature, task: "guess" }), `${metadataKeys.signature}.task`)
})

test("a signature that contradicts itself or the graph is refused with the place", () => {
  const { model, signature } = regressionModel()
  const [size, ...rest] = signature.columns
  assert(size !== undefined)
  const cases: [Partial<Signature>, string][] = [
    [{ columns: rest }, "columns."],
    [{ columns: [...signature.columns, size] }, "columns"],
    [{ columns: [{ ...size, position: 99 }, ...rest] }, "columns.size.position"],
    [
      { columns: signature.columns.map((c) => (c.name === "gaps" ? { ...c, position: size.position } : c)) },
      "columns.gaps.position",
    ],
    [{ columns: rest.filter(({ input }) => input !== "numeric") }, "input numeric"],
    [{ ignored: [{ name: "size", reason: "chosen" }] }, "columns"],
    [{ classes: ["a", "b"] }, "classes"],
    [{ task: "binary", classes: ["a", "a"], positiveClass: "a", threshold: 0.5 }, "classes"],
    [{ task: "binary", classes: ["a", "b"], positiveClass: "c", threshold: 0.5 }, "positiveClass"],
    [{ task: "binary", classes: ["a", "b"], positiveClass: null, threshold: 0.5 }, "positiveClass"],
    [{ task: "multiclass", classes: ["a", "b", "c"], threshold: 0.5 }, "threshold"],
  ]
  for (const [change, place] of cases) {
    const metadata = writeSignature({ ...signature, ...change })
    assert.throws(
      () => readSignature({ ...model, metadata }),
      (error) => {
        assert(error instanceof Error && "code" in error)
        assert.equal(error.code, "MODEL_SIGNATURE_INVALID")
        assert(error.message.includes(`at ${place}`), `${place}: ${error.message}`)
        return true
      },
    )
  }
})

test("a graph with an input that no column fills is refused", () => {
  const { model } = regressionModel()
  const [input] = model.graph.inputs
  assert(input !== undefined)
  const inputs = [...model.graph.inputs, { ...input, name: "image" }]
  assert.throws(() => readSignature({ ...model, graph: { ...model.graph, inputs } }), {
    code: "MODEL_SIGNATURE_INVALID",
    parameters: { place: "input image", problem: "no column fills it" },
  })
})

type Classes = Pick<Signature, "task" | "classes" | "positiveClass" | "threshold">

function classification(
  classes: { readonly [Key in keyof Classes]: Classes[Key] | Readonly<Classes[Key]> },
): Signature {
  const { task, classes: names, positiveClass, threshold } = classes
  const copied =
    names === null
      ? null
      : names.every((name) => typeof name === "number")
        ? names.map(Number)
        : names.map(String)
  return { ...signatureOf([]), task, classes: copied, positiveClass, threshold }
}

/** The outputs of a graph whose scores are its input. */
async function answer(t: TestContext, signature: Signature, scores: readonly number[]): Promise<Tensors> {
  const width = signature.classes?.length ?? 1
  const builder = createGraphBuilder()
  emitOutputs(builder, signature, builder.input("scores", "float32", ["batch", width]))
  const session = await openSession(encodeModel(builder.build({ name: "outputs", metadata: {} })), {
    threads: 1,
  })
  t.after(() => session.close())
  return session.run({
    scores: { type: "float32", shape: [scores.length / width, width], data: Float32Array.from(scores) },
  })
}

/** A file whose prediction is the sum of its features, decoded from its bytes. */
function regressionModel(): { model: Model } & ReturnType<typeof fitAll> {
  const fit = fitAll(mixedTable())
  const builder = createGraphBuilder()
  declareInputs(builder, fit.signature)
  const { value, features } = emitFeatures(builder, fit.signature, fit.fitted)
  const axis = builder.constant({ type: "int64", shape: [1], data: BigInt64Array.of(1n) })
  const sum = builder.op("ReduceSum", [value, axis], { keepdims: { kind: "int", value: 0n } })
  emitOutputs(builder, fit.signature, sum)
  const model = builder.build({ name: "sum", metadata: writeMetadata({ ...fit, features }) })
  return { model: decodeModel(encodeModel(model)), ...fit }
}
