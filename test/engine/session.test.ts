/** @file Sessions in place and in a thread keep one contract; each test of it runs on both. */
import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import { Worker } from "node:worker_threads"

import { entryUrl } from "../../src/base/entry.ts"
import { Fault, isFault } from "../../src/base/errors.ts"
import { openSession } from "../../src/engine/open-session.ts"
import type { Session, Tensors } from "../../src/engine/session.ts"
import { openWorkerSession, sessionIn } from "../../src/engine/worker-session.ts"
import { createGraphBuilder } from "../../src/onnx/builder.ts"
import { encodeModel } from "../../src/onnx/codec.ts"
import { bool, float32, float64, int32, int64, strings, uint8 } from "../../src/onnx/tensors.ts"
import { countingModel, heavyModel, identityModel, mixedModel, pickingModel } from "./models.ts"

const ways = { "in place": openSession, "in a thread": openWorkerSession }

const feeds: Tensors = {
  numeric: float32([1, 2, -3, 0.5], [2, 2]),
  text: strings(["red", "grün"], [2, 1]),
}

for (const [way, open] of Object.entries(ways)) {
  async function opened(t: TestContext, bytes: Uint8Array): Promise<Session> {
    const session = await open(bytes, { threads: 1 })
    t.after(() => session.close())
    return session
  }

  test(`${way}: declares inputs and outputs with -1 for free dimensions`, async (t) => {
    const { inputs, outputs } = await opened(t, mixedModel())
    assert.deepEqual(inputs, [
      { name: "numeric", type: "float32", shape: [-1, 2] },
      { name: "text", type: "string", shape: [-1, 1] },
    ])
    assert.deepEqual(outputs, [
      { name: "probability", type: "float32", shape: [-1, 1] },
      { name: "code", type: "int64", shape: [-1, 1] },
      { name: "word", type: "string", shape: [-1, 1] },
    ])
  })

  test(`${way}: gives the right numbers and texts, and leaves the feeds whole`, async (t) => {
    const session = await opened(t, mixedModel())
    const { probability, code, word } = await session.run(feeds)
    const expected = [-3.5, -2.5].map((logit) => 1 / (1 + Math.exp(-logit)))
    assert.deepEqual(probability?.shape, [2, 1])
    for (const [row, value] of expected.entries())
      assert(Math.abs(Number(probability.data[row]) - value) < 1e-6)
    assert.deepEqual(code, int64([1, -1], [2, 1]))
    assert.deepEqual(word, strings(["<red", "<grün"], [2, 1]))
    assert.deepEqual(feeds.numeric, float32([1, 2, -3, 0.5], [2, 2]))
  })

  test(`${way}: every element type goes in and comes out`, async (t) => {
    const samples = {
      float32: float32([Number.NaN, -0, 1e-45]),
      float64: float64([0.1, Number.POSITIVE_INFINITY]),
      int32: int32([-(2 ** 31)]),
      uint8: uint8([255, 0]),
      bool: bool([true, false]),
    }
    for (const tensor of Object.values(samples)) {
      const session = await opened(t, identityModel(tensor.type))
      assert.deepEqual(await session.run({ x: tensor }), { y: tensor })
    }
  })

  test(`${way}: a part of a larger buffer is fed as that part`, async (t) => {
    const session = await opened(t, identityModel("float32"))
    const data = Float32Array.of(0, 1, 2, 3).subarray(1, 3)
    assert.deepEqual(await session.run({ x: { type: "float32", shape: [2], data } }), { y: float32([1, 2]) })
  })

  test(`${way}: inputs that the model did not declare so are refused with what was expected`, async (t) => {
    const session = await opened(t, mixedModel())
    const { numeric = float32([]), text = strings([]) } = feeds
    const cases: readonly (readonly [Tensors, string, string, string])[] = [
      [{ numeric }, '"text"', "string [?, 1]", "missing"],
      [{ numeric: float64([1, 2], [1, 2]), text }, '"numeric"', "float32 [?, 2]", "float64 [1, 2]"],
      [{ numeric: float32([1, 2]), text }, '"numeric"', "float32 [?, 2]", "float32 [2]"],
      [{ numeric: float32([1, 2, 3], [1, 3]), text }, '"numeric"', "float32 [?, 2]", "float32 [1, 3]"],
      [
        { numeric: { type: "float32", shape: [2, 2], data: new Float32Array(3) }, text },
        '"numeric"',
        "float32 [?, 2]",
        "float32 [2, 2] with 3 elements",
      ],
      [{ numeric, text, age: numeric }, '"age"', "one of numeric, text", "no input of the model"],
    ]
    for (const [wrong, name, expected, got] of cases)
      await assert.rejects(
        session.run(wrong),
        (error) =>
          isFault(error, "ENGINE_INPUT") &&
          error.parameters.name === name &&
          error.parameters.expected === expected &&
          error.parameters.got === got,
      )
    assert.deepEqual((await session.run(feeds)).code, int64([1, -1], [2, 1]))
  })

  test(`${way}: a run that fails says why without a path, and the session goes on`, async (t) => {
    const session = await opened(t, pickingModel())
    await assert.rejects(session.run({ index: int64([7]) }), (error) => {
      assert(isFault(error, "ENGINE_RUN_FAILED"))
      const reason = String(error.parameters.reason)
      assert.match(reason, /Gather/)
      assert.match(reason, /7/)
      assert.doesNotMatch(reason, /\/\w+\//)
      return true
    })
    assert.deepEqual((await session.run({ index: int64([2]) })).picked, float32([3]))
  })

  test(`${way}: bytes that are no model, and types that we do not compute with, are refused`, async () => {
    const wrong = (error: unknown) => isFault(error, "ENGINE_LOAD_FAILED")
    await assert.rejects(open(new TextEncoder().encode("not a model"), { threads: 1 }), wrong)
    const builder = createGraphBuilder()
    const x = builder.input("x", "float32", ["n"])
    builder.output(builder.op("NoSuchOperator", [x]), "y", "float32", ["n"])
    await assert.rejects(
      open(encodeModel(builder.build({ name: "odd", metadata: {} })), { threads: 1 }),
      wrong,
    )
    await assert.rejects(open(halfPrecisionModel(), { threads: 1 }), (error) => {
      assert(isFault(error, "ENGINE_LOAD_FAILED"))
      assert.match(String(error.parameters.reason), /^input "x" is float16/)
      return true
    })
  })

  test(`${way}: runs at the same time each get their own answer; close waits for them and is final`, async () => {
    const session = await open(countingModel(), { threads: 1 })
    const runs = [10, 2000, 30].map((steps) =>
      session.run({ steps: int64([steps], []), start: float32([0.5], []) }),
    )
    const closing = session.close()
    const totals = (await Promise.all(runs)).map(({ total }) => total?.data[0])
    assert.deepEqual(totals, [10.5, 2000.5, 30.5])
    await closing
    await session.close()
    await assert.rejects(
      session.run({ steps: int64([1], []), start: float32([0], []) }),
      (error) => isFault(error, "ENGINE_RUN_FAILED") && error.parameters.reason === "the session is closed",
    )
  })

  test(`${way}: the bytes stay the caller's`, async (t) => {
    const bytes = identityModel("float32")
    const before = bytes.slice()
    const session = await opened(t, bytes)
    assert.deepEqual(bytes, before)
    bytes.fill(0)
    assert.deepEqual(await session.run({ x: float32([4]) }), { y: float32([4]) })
  })
}

test("a session in a thread gives the same bits as one in place", async (t) => {
  const bytes = mixedModel()
  const here = await openSession(bytes, { threads: 1 })
  t.after(() => here.close())
  const there = await openWorkerSession(bytes, { threads: 1 })
  t.after(() => there.close())
  const numeric = float32(
    Array.from({ length: 2000 }, (_, index) => Math.sin(index) * 3),
    [1000, 2],
  )
  const text = strings(
    Array.from({ length: 1000 }, (_, index) => (index % 3 === 0 ? "red" : "blue")),
    [1000, 1],
  )
  assert.deepEqual(await there.run({ numeric, text }), await here.run({ numeric, text }))
})

test("the death of its thread fails the runs that wait and closes the session", async (t) => {
  const worker = new Worker(entryUrl("../../src/engine/session-worker", import.meta.url))
  t.after(() => worker.terminate())
  const session = await sessionIn(worker, { bytes: identityModel("float32"), options: { threads: 1 } })
  const lost = session.run({ x: float32([1]) })
  const died = (error: unknown) => error instanceof Fault && error.code === "ENGINE_RUN_FAILED"
  await Promise.all([assert.rejects(lost, died), worker.terminate()])
  await assert.rejects(session.run({ x: float32([1]) }), died)
  await session.close()
})

test("a thread that dies before the model is open fails the opening", async (t) => {
  const worker = new Worker("throw new Error('no /secret/place/here')", { eval: true })
  t.after(() => worker.terminate())
  await assert.rejects(
    sessionIn(worker, { bytes: identityModel("float32"), options: { threads: 1 } }),
    (error) => isFault(error, "ENGINE_RUN_FAILED") && error.parameters.reason === "its thread ended: no here",
  )
})

test("opening and closing fifty times gives the memory back", async () => {
  const bytes = heavyModel(16 * 2 ** 20)
  const rounds = async (count: number) => {
    for (let round = 0; round < count; round++) {
      const session = await openSession(bytes, { threads: 1 })
      assert.deepEqual(await session.run({ index: int64([5], []) }), { weight: float32([1], []) })
      await session.close()
    }
    return process.memoryUsage.rss()
  }
  const before = await rounds(5)
  const after = await rounds(50)
  // A leak of each round's weights would be 800 MB.
  assert(after - before < 200 * 2 ** 20, `${Math.round((after - before) / 2 ** 20)} MB more after 50 rounds`)
})

function halfPrecisionModel(): Uint8Array {
  const builder = createGraphBuilder()
  const x = builder.input("x", "float32", ["n"])
  builder.output(builder.op("Neg", [x]), "y", "float32", ["n"])
  const model = builder.build({ name: "half", metadata: {} })
  const type = { kind: "tensor" as const, elementType: "float16" as const, shape: ["n"] }
  const retype = <Value>(value: Value) => ({ ...value, type })
  const { graph } = model
  return encodeModel({
    ...model,
    graph: { ...graph, inputs: graph.inputs.map(retype), outputs: graph.outputs.map(retype) },
  })
}
