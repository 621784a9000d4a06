/** @file Files that onnx 1.23.2 wrote (test/fixtures/onnx/make_fixtures.py) are read as what they are. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { checkModel } from "../../src/onnx/checker.ts"
import { decodeModel, encodeModel } from "../../src/onnx/codec.ts"
import { bool, float32, float64, int32, int64, strings, uint8 } from "../../src/onnx/tensors.ts"

function fixture(name: string) {
  return decodeModel(readFileSync(new URL(`../../../test/fixtures/onnx/${name}`, import.meta.url)))
}

test("tensors are read from every field that may hold their data", () => {
  const { graph } = fixture("typed-fields.onnx")
  const tensors = Object.fromEntries(graph.initializers.map(({ name, tensor }) => [name, tensor]))
  const packed = (type: string, shape: readonly number[], ...bytes: number[]) => ({
    type,
    shape,
    data: Uint8Array.from(bytes),
  })
  assert.deepEqual(tensors, {
    float32: float32([1.5, -0.25]),
    complex64: packed("complex64", [1], 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40),
    float64: float64([1e300, -1]),
    int32: int32([-(2 ** 31), 7]),
    uint8: uint8([255, 0]),
    int8: packed("int8", [2], 0xff, 0x7f),
    uint16: packed("uint16", [1], 0xff, 0xff),
    int16: packed("int16", [1], 0xfe, 0xff),
    bool: bool([true, false]),
    float16: packed("float16", [1], 0x00, 0x3e),
    int4: packed("int4", [3], 0x21, 0x03),
    int64: int64([-(2n ** 63n), 5]),
    uint32: packed("uint32", [1], 0xff, 0xff, 0xff, 0xff),
    uint64: packed("uint64", [1], 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
    string: strings(["", "数据"]),
    scalar: float32([2], []),
    empty: int64([], [0, 3]),
  })
})

test("functions, sparse tensors and every type of value are read, checked and written again", () => {
  const model = fixture("everything.onnx")
  checkModel(model)
  assert.deepEqual(decodeModel(encodeModel(model)), model)
  assert.deepEqual(model.metadata, { author: "作者" })
  assert.deepEqual(model.opsets, [
    { domain: "", version: 21 },
    { domain: "ai.onnx.ml", version: 5 },
    { domain: "ours", version: 1 },
  ])
  const [leaky] = model.functions
  assert.deepEqual(leaky?.attributes, ["slope"])
  assert.deepEqual(leaky.attributeDefaults, [{ name: "offset", value: { kind: "int", value: 2n } }])
  assert.deepEqual(leaky.nodes[0]?.attributes, [
    { name: "alpha", value: { kind: "reference", value: "slope", of: "float" } },
  ])
  const { graph } = model
  assert.equal(graph.description, "notes")
  assert.deepEqual(graph.sparseInitializers, [
    { name: "sparse", tensor: { shape: [2, 3], values: float32([3, 4]), indices: int64([1, 5]) } },
  ])
  const floats = { kind: "tensor", elementType: "float32", shape: ["n", 2] }
  const anyFloats = { kind: "tensor", elementType: "float32", shape: null }
  assert.deepEqual(
    graph.outputs.map(({ type }) => type),
    [
      floats,
      { kind: "sequence", of: floats },
      { kind: "optional", of: anyFloats },
      {
        kind: "sequence",
        of: { kind: "map", keyType: "int64", of: { kind: "tensor", elementType: "float32", shape: [] } },
      },
    ],
  )
  assert.deepEqual(graph.inputs[0]?.type, { kind: "tensor", elementType: "float32", shape: ["n", ""] })
})
