/** @file Bytes of any origin: reading them gives a model or ONNX_UNREADABLE, never a crash and never much more memory than they have. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { Worker } from "node:worker_threads"

import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire"
import fc from "fast-check"

import { entryUrl } from "../../src/base/entry.ts"
import { isFault } from "../../src/base/errors.ts"
import { graph, ints } from "../../src/onnx/attributes.ts"
import { createGraphBuilder } from "../../src/onnx/builder.ts"
import { checkModel } from "../../src/onnx/checker.ts"
import { decodeMetadata, decodeModel, encodeModel } from "../../src/onnx/codec.ts"
import { bool, float32, int64, strings } from "../../src/onnx/tensors.ts"

const fixtures = ["typed-fields.onnx", "everything.onnx"].map((name) =>
  readFileSync(new URL(`../../../test/fixtures/onnx/${name}`, import.meta.url)),
)

/** A model with constants of several types, attributes and a body. */
function sample(): Uint8Array {
  const builder = createGraphBuilder()
  const x = builder.input("x", "float32", ["batch", 2])
  const body = builder.subgraph()
  body.output(body.op("Mul", [x, body.constant(float32([2, 3]))]), "scaled", "float32", ["batch", 2])
  const then = graph(body.buildGraph("then"))
  const otherwise = builder.subgraph()
  otherwise.output(otherwise.op("Neg", [x]), "negated", "float32", ["batch", 2])
  const attributes = { then_branch: then, else_branch: graph(otherwise.buildGraph("else")) }
  builder.output(builder.op("If", [builder.constant(bool([true], []))], attributes), "y", "float32", [
    "batch",
    2,
  ])
  const codes = { keys_strings: ["a", "b"], values_int64s: ints([1, 2 ** 40]) }
  builder.output(
    builder.op("LabelEncoder", [builder.constant(strings(["a", "数"]))], codes, "ai.onnx.ml"),
    "codes",
    "int64",
    [2],
  )
  builder.output(builder.constant(int64([1, -1])), "i", "int64", [2])
  return encodeModel(builder.build({ name: "sample", metadata: { key: "value" } }))
}

/** Decodes; what can be read must also be printable bytes again, and checkable in sentences. */
function readOrRefuse(bytes: Uint8Array): "read" | "refused" {
  try {
    const model = decodeModel(bytes)
    assert.deepEqual(decodeModel(encodeModel(model)), model)
    try {
      checkModel(model)
    } catch (error) {
      assert(isFault(error, "ONNX_INVALID"), String(error))
    }
    return "read"
  } catch (error) {
    assert(isFault(error, "ONNX_UNREADABLE"), String(error))
    return "refused"
  }
}

const megabyte = 2 ** 20

/** The peak of the process's resident memory may rise by at most that much. */
function withinMemory(limitBytes: number, work: () => void): void {
  const before = process.memoryUsage.rss()
  work()
  const peak = process.resourceUsage().maxRSS * 1024
  assert(peak - before < limitBytes, `${Math.round((peak - before) / megabyte)} MB were taken`)
}

const refused = (reason: RegExp) => (error: unknown) =>
  isFault(error, "ONNX_UNREADABLE") && reason.test(String(error.parameters.reason))

test("a file cut off anywhere is refused or is a shorter model", () => {
  for (const bytes of [sample(), ...fixtures]) {
    const outcomes = Array.from({ length: bytes.length }, (_, length) =>
      readOrRefuse(bytes.subarray(0, length)),
    )
    assert(outcomes.filter((outcome) => outcome === "refused").length > bytes.length * 0.8)
    assert.equal(readOrRefuse(bytes), "read")
  }
})

test("2,000 random mutations give a model or a refusal, within 200 MB", () => {
  const originals = [sample(), ...fixtures]
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    kind: fc.constantFrom("set", "insert", "remove"),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
  })
  const mutation = fc.record({
    original: fc.constantFrom(...originals),
    changes: fc.array(change, { minLength: 1, maxLength: 4 }),
  })
  withinMemory(200 * megabyte, () => {
    fc.assert(
      fc.property(mutation, ({ original, changes }) => {
        let bytes = Buffer.from(original)
        for (const { at, kind, bytes: inserted } of changes) {
          const position = Math.floor(at * bytes.length)
          const rest = kind === "insert" ? position : position + inserted.length
          bytes = Buffer.concat([
            bytes.subarray(0, position),
            kind === "remove" ? new Uint8Array() : inserted,
            bytes.subarray(rest),
          ])
        }
        readOrRefuse(bytes)
      }),
      { numRuns: 2000 },
    )
  })
})

test("random bytes give a refusal or a model", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      readOrRefuse(bytes)
    }),
    { numRuns: 500 },
  )
})

test("no bytes, and lengths far beyond the file, are refused before anything is allocated", () => {
  assert.throws(() => decodeModel(new Uint8Array()), refused(/empty/))
  withinMemory(64 * megabyte, () => {
    for (const path of [[7], [7, 1], [7, 5], [7, 5, 9], [7, 5, 4], [7, 5, 7], [7, 5, 8], [2], [99]]) {
      const writer = new BinaryWriter()
      for (const field of path) writer.tag(field, WireType.LengthDelimited).uint32(0xffff_ffff)
      assert.throws(() => decodeModel(writer.finish()), refused(/beyond|EOF/))
    }
  })
})

test("a tensor whose shape is larger than its data is refused before it is allocated", () => {
  withinMemory(64 * megabyte, () => {
    for (const shape of [[2 ** 31], [2 ** 20, 2 ** 20], [3], [-1], Array<number>(70).fill(1)]) {
      const bytes = withTensor((writer) => {
        for (const size of shape) writer.tag(1, WireType.Varint).int64(size)
        writer.tag(2, WireType.Varint).int32(1)
        writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(8))
      })
      assert.throws(() => decodeModel(bytes), refused(/another size|no size|too many dimensions/))
    }
  })
})

test("data in another file, tensors in segments and unknown element types are refused", () => {
  const external = (writer: BinaryWriter) => {
    writer.tag(13, WireType.LengthDelimited).fork()
    writer.tag(1, WireType.LengthDelimited).string("location").tag(2, WireType.LengthDelimited)
    writer.string("../../etc/passwd").join()
  }
  assert.throws(() => decodeModel(withTensor(external)), refused(/another file/))
  const location = withTensor((writer) => writer.tag(14, WireType.Varint).int32(1))
  assert.throws(() => decodeModel(location), refused(/another file/))
  const segment = withTensor((writer) => writer.tag(3, WireType.LengthDelimited).bytes(new Uint8Array()))
  assert.throws(() => decodeModel(segment), refused(/segments/))
  const unknown = withTensor((writer) => writer.tag(2, WireType.Varint).int32(99))
  assert.throws(() => decodeModel(unknown), refused(/element type 99/))
})

test("a field that is longer than its message is refused, though the file goes on", () => {
  const graphOf = (nameLength: number) =>
    Uint8Array.of(7 * 8 + 2, 3, 2 * 8 + 2, nameLength, 0x61, 0x32, 1, 0x62)
  assert.equal(decodeModel(graphOf(1)).graph.name, "a")
  assert.throws(() => decodeModel(graphOf(4)), refused(/beyond its message/))
})

test("texts that are not UTF-8, and fields of the wrong kind, are refused", () => {
  const { graph: whole } = decodeModel(sample())
  const named = (producerName: string) => {
    const versions = { irVersion: 10, opsets: [], producerName, producerVersion: "", domain: "" }
    return Buffer.from(
      encodeModel({
        ...versions,
        modelVersion: 0n,
        description: "",
        metadata: {},
        graph: whole,
        functions: [],
      }),
    )
  }
  const bytes = named("quern")
  assert.equal(decodeModel(bytes).producerName, "quern")
  bytes[bytes.indexOf("quern") + 1] = 0xff
  assert.throws(() => decodeModel(bytes), refused(/./))
  const wrongKind = new BinaryWriter().tag(7, WireType.Varint).int32(1).finish()
  assert.throws(() => decodeModel(wrongKind), refused(/wrong kind/))
  assert.throws(
    () => decodeModel(new BinaryWriter().tag(1, WireType.Varint).int32(1).finish()),
    refused(/one graph/),
  )
})

test("bodies, types and groups nested ten thousand deep are refused without a stack overflow", () => {
  // Graph.node 1, Node.attribute 5, Attribute.g 6; TypeProto.optional_type 9, Optional.elem_type 1.
  const bodies = nested({ path: [1, 5, 6], depth: 10_000 })
  assert.throws(() => decodeModel(wrapped([7], bodies)), refused(/nested too deeply/))
  const types = nested({ path: [9, 1], depth: 10_000 })
  assert.throws(() => decodeModel(wrapped([7, 11, 2], types)), refused(/nested too deeply/))
  const groups = new BinaryWriter()
  for (let depth = 0; depth < 10_000; depth++) groups.tag(99, WireType.StartGroup)
  assert.throws(() => decodeModel(groups.finish()), refused(/depth/))
})

test("files of nothing but the smallest parts are read or refused with 200 MB of heap", async () => {
  const node = [0x0a, 0]
  const tensor = [0x2a, 4, 0x08, 0, 0x10, 1]
  const attribute = [0x2a, 3, 0xa0, 1, 7]
  const repeated = (unit: readonly number[], count: number) =>
    new Uint8Array(unit.length * count).map((_, index) => unit[index % unit.length] ?? 0)
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [wrapped([7], repeated(node, 599_999)), "599999 nodes"],
    [wrapped([7], repeated(node, 600_000)), "it has too many parts"],
    [wrapped([7], repeated(tensor, 99_999)), "0 nodes"],
    [wrapped([7], repeated(tensor, 200_000)), "it has too many parts"],
    [wrapped([7, 1], repeated(attribute, 199_999)), "1 nodes"],
    [wrapped([7, 1], repeated(attribute, 250_000)), "it has too many parts"],
  ]
  for (const [bytes, expected] of cases) assert.equal(await decodedWith(200, bytes), expected)
})

test("a file of millions of texts is refused", () => {
  // A node (1) of empty inputs (1).
  const inputs = new Uint8Array(2 * 4_000_001).map((_, index) => (index % 2 ? 0 : 10))
  assert.throws(() => decodeModel(wrapped([7, 1], inputs)), refused(/too many texts/))
})

test("metadata is read without the graph, by the same rules", () => {
  const bytes = sample()
  assert.deepEqual([...decodeMetadata(bytes)], [["key", "value"]])
  assert.throws(() => decodeMetadata(bytes.subarray(0, bytes.length - 1)), refused(/./))
  assert.throws(() => decodeMetadata(new Uint8Array()), refused(/empty/))
})

/** What decoding came to in a thread with that much heap; rejects when the heap is not enough. */
function decodedWith(heapMb: number, bytes: Uint8Array): Promise<string> {
  const worker = new Worker(entryUrl("decode-worker", import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  })
  worker.postMessage(bytes)
  return new Promise((resolve, reject) => {
    worker.on("message", (outcome: string) => resolve(outcome))
    worker.on("error", reject)
  })
}

function withTensor(write: (writer: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter()
  write(writer)
  return wrapped([7, 5], writer.finish())
}

/** The bytes as the field of a message that is the field of a message ..., outermost first. */
function wrapped(path: readonly number[], bytes: Uint8Array): Uint8Array {
  let inner = bytes
  for (const field of path.toReversed())
    inner = new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(inner).finish()
  return inner
}

/** `path` repeated to that depth; built from the inside of length prefixes alone, in linear time. */
function nested({ path, depth }: { readonly path: readonly number[]; readonly depth: number }): Uint8Array {
  const prefixes: Uint8Array[] = []
  let length = 0
  for (let level = depth - 1; level >= 0; level--) {
    const field = path[level % path.length] ?? 1
    const prefix = new BinaryWriter().tag(field, WireType.LengthDelimited).uint32(length).finish()
    prefixes.push(prefix)
    length += prefix.length
  }
  return Buffer.concat(prefixes.reverse())
}
