import assert from "node:assert/strict"
import { test } from "node:test"

import { openSession } from "../../../src/engine/open-session.ts"
import { randomUint32, streamKey } from "../../../src/evaluate/random.ts"
import { createEmitter } from "../../../src/learn/graph/emit.ts"
import { castTo, randomBits, uint32, uniform } from "../../../src/learn/graph/random.ts"
import { constant } from "../../../src/learn/graph/tensor.ts"
import { createGraphBuilder } from "../../../src/onnx/builder.ts"
import { encodeModel } from "../../../src/onnx/codec.ts"

const counters = [0, 1, 2, 77, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]

test("numbers drawn in a graph are those drawn in TypeScript, to the bit", async () => {
  const key = streamKey({ seed: 7, stream: 3 })
  const places = constant({
    type: "int32",
    shape: [counters.length],
    data: Int32Array.from(counters, (counter) => counter | 0),
  })
  const bits = randomBits(uint32(key), castTo(places, "uint32"))
  const builder = createGraphBuilder()
  const emitter = createEmitter(builder)
  builder.output(emitter.value(castTo(bits, "int64")), "bits", "int64", [counters.length])
  builder.output(emitter.value(uniform(bits, "float32")), "uniform", "float32", [counters.length])
  const session = await openSession(encodeModel(builder.build({ name: "random", metadata: {} })), {
    threads: 1,
  })
  try {
    const outputs = await session.run({})
    const expected = counters.map((counter) => randomUint32(key, counter))
    assert.deepEqual(Array.from(outputs.bits?.data ?? [], Number), expected)
    assert.deepEqual(
      Array.from(outputs.uniform?.data ?? [], Number),
      expected.map((number) => (number >>> 8) * 2 ** -24),
    )
  } finally {
    await session.close()
  }
})
