/** @file A network's saved file in Python: the page's own lines run, and every kind of layer answers there what `predict` answers here. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"

import {
  Activation,
  Add,
  BatchNormalization,
  Concatenate,
  Dense,
  Dropout,
  Embedding,
  Flatten,
  Input,
  LayerNormalization,
  Model,
  Reshape,
  Sequential,
} from "quernstone/learn"
import { z } from "zod"

import { outcomeOf } from "../cli/run-cli.ts"
import { readDocument } from "../docs/markdown.ts"
import { askPeer } from "./python.ts"

test("the Python of docs/learn/saving.md prints what the network predicts", async (t) => {
  const folder = await temporaryFolder(t)
  const model = Sequential([
    Dense(8, { inputDim: 2, activation: "relu" }),
    Dropout(0.1),
    Dense(1, { activation: "sigmoid" }),
  ])
  await model.save(join(folder, "model.onnx"))
  const [, script = ""] =
    /^```python\n([\s\S]*?)^```$/m.exec(await readDocument("docs/learn/saving.md")) ?? []
  const python = process.env.TEST_PEERS_PYTHON ?? assert.fail("run these tests by `npm run test:peers`")
  const child = spawn(python, ["-c", script], { cwd: folder, stdio: "pipe" })
  const { status, stdout, stderr } = await outcomeOf(child)
  assert.equal(status, 0, stderr)
  const { data } = await model.predict([
    [1, 2],
    [3, 4],
  ])
  const printed = [...stdout.matchAll(/\d\.\d+/g)].map(Number)
  assert.equal(printed.length, 2)
  for (const [row, value] of printed.entries()) assert.ok(Math.abs(value - (data[row] ?? 0)) < 1e-6, stdout)
})

test("Python's onnx checks a network of all layers, and Python's onnxruntime answers as predict does", async (t) => {
  const folder = await temporaryFolder(t)
  const [numbers, codes] = [Input([6], { name: "numbers" }), Input([2], { name: "codes", type: "int64" })]
  const folded = Flatten()(Dense(2)(Reshape([2, 3])(numbers)))
  const joined = Concatenate()(folded, Flatten()(Embedding(5, 3)(codes)))
  const wide = Activation("gelu")(BatchNormalization()(Dense(16)(joined)))
  const deep = LayerNormalization()(Add()(wide, Dropout(0.2)(Dense(16, { activation: "elu" })(wide))))
  const model = Model({
    inputs: [numbers, codes],
    outputs: [Dense(3, { activation: "softmax" })(deep), Dense(1, { activation: "softplus" })(deep)],
  })
  model.compile({ loss: ["sparseCategoricalCrossentropy", "poisson"] })
  const x = Float32Array.from({ length: 40 * 6 }, (_, at) => Math.sin(at * at))
  const levels = Array.from({ length: 80 }, (_, at) => (at * 7) % 5)
  const given = [
    { data: x, shape: [40, 6] },
    { data: levels, shape: [40, 2] },
  ]
  const classes = Array.from({ length: 40 }, (_, row) => row % 3)
  await model.fit(given, [classes, classes], { epochs: 3, batchSize: 16 })
  const path = join(folder, "model.onnx")
  await model.save(path)
  const feeds = {
    numbers: { type: "float32", shape: [40, 6], data: [...x] },
    codes: { type: "int64", shape: [40, 2], data: levels },
  }
  const { outputs } = answerSchema.parse(await askPeer("run_onnx.py", { path, feeds }))
  for (const [at, { data }] of (await model.predictAll(given)).entries()) {
    const theirs = outputs[`output_${at}`]?.flat() ?? []
    assert.equal(theirs.length, data.length)
    for (const [place, value] of theirs.entries())
      assert.ok(Math.abs(value - (data[place] ?? 0)) < 1e-5, `output ${at}, ${place}: ${value}`)
  }
})

const answerSchema = z.object({ outputs: z.record(z.string(), z.array(z.array(z.number()))) })

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "quernstone-saving-"))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}
