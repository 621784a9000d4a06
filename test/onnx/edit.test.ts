/** @file Inner values become outputs without changing what the model computes. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { InferenceSession, Tensor } from "onnxruntime-node"
import { isFault } from "../../src/base/errors.ts"
import { createGraphBuilder } from "../../src/onnx/builder.ts"
import { checkModel } from "../../src/onnx/checker.ts"
import { encodeModel } from "../../src/onnx/codec.ts"
import { addOutputs, readMetadata } from "../../src/onnx/edit.ts"
import { printModel } from "../../src/onnx/printer.ts"
import { float32 } from "../../src/onnx/tensors.ts"

function model() {
  const builder = createGraphBuilder()
  const x = builder.input("x", "float32", ["n"])
  const doubled = builder.node("Mul", [x, builder.constant(float32([2]), "two")], { name: "doubled" })
  builder.output(builder.op("Neg", doubled), "y", "float32", ["n"])
  return builder.build({ name: "edit", metadata: { note: "kept" } })
}

const added = { type: "float32", shape: ["n"] } as const

test("added outputs give inner values, inputs and constants, after those that were there", async () => {
  const original = model()
  const printed = printModel(original)
  const wider = addOutputs(original, [
    { value: "doubled_0", name: "doubled_0", ...added },
    { value: "doubled_0", name: "inner", ...added },
    { value: "x", name: "input", ...added },
    { value: "two", name: "constant", type: "float32", shape: [1] },
    { value: "y", name: "again", ...added },
    { value: "inner", name: "inner2", ...added },
  ])
  checkModel(wider)
  assert.equal(printModel(original), printed)
  assert.equal(readMetadata(wider).get("note"), "kept")
  assert.equal(readMetadata(wider).get("constructor"), undefined)
  const session = await InferenceSession.create(encodeModel(wider), { logSeverityLevel: 3 })
  const results = await session.run({ x: new Tensor("float32", [3], [1]) })
  await session.release()
  assert.deepEqual(
    session.outputNames.map((name) => [name, results[name]?.data[0]]),
    [
      ["y", -6],
      ["doubled_0", 6],
      ["inner", 6],
      ["input", 3],
      ["constant", 2],
      ["again", -6],
      ["inner2", 6],
    ],
  )
})

test("unknown values and taken names are refused", () => {
  const invalid = (reason: RegExp) => (error: unknown) =>
    isFault(error, "ONNX_INVALID") && reason.test(String(error.parameters.reason))
  const add = (value: string, name: string) => () => addOutputs(model(), [{ value, name, ...added }])
  assert.throws(add("nothing", "z"), invalid(/no value "nothing"/))
  assert.throws(add("doubled_0", "y"), invalid(/taken/))
  assert.throws(add("y", "y"), invalid(/taken/))
  assert.throws(add("doubled_0", "x"), invalid(/taken/))
  assert.throws(add("doubled_0", "two"), invalid(/taken/))
  assert.throws(add("x", "x"), invalid(/taken/))
  assert.throws(add("doubled_0", ""), invalid(/taken/))
  const twice = { value: "doubled_0", name: "z", ...added }
  assert.throws(() => addOutputs(model(), [twice, twice]), invalid(/taken/))
})
