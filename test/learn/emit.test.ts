/** @file The nodes that learners emit give, in ONNX Runtime, what `predict` gives. */
import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"

import { openSession } from "../../src/engine/open-session.ts"
import { fitConstant } from "../../src/learn/constant.ts"
import type { FittedLearner } from "../../src/learn/learner.ts"
import { fitLinear } from "../../src/learn/linear.ts"
import { createGraphBuilder } from "../../src/onnx/builder.ts"
import { encodeModel } from "../../src/onnx/codec.ts"
import { assertWithin, cyclicWeights, randomTrainingData } from "./data.ts"

for (const classCount of [null, 2, 3]) {
  const data = randomTrainingData({ rowCount: 80, featureCount: 6, classCount, seed: 12 })
  const task = classCount === null ? "numbers" : `${classCount} classes`

  test(`a linear model of ${task} predicts the same from its file`, async (t) => {
    const learner = fitLinear(data, { penalty: 0.5, l1Ratio: 0 })
    assert.ok(learner !== null)
    await assertSameFromFile(t, learner, { ...data, classCount })
  })

  test(`the constant model of ${task} predicts shares or mean, and the same from its file`, async (t) => {
    const weights = cyclicWeights(data.rowCount)
    const learner = fitConstant({ ...data, weights })
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const values = [...data.target.values]
    const expected = Array.from({ length: classCount ?? 1 }, (_, output) =>
      values.reduce(
        (sum, value, row) =>
          sum + ((weights[row] ?? 0) / total) * (classCount === null ? value : Number(value === output)),
        0,
      ),
    )
    for (const [output, value] of learner.predict(data.features, 1).entries())
      assertWithin(value, expected[output] ?? Number.NaN, 1e-12)
    await assertSameFromFile(t, learner, { ...data, classCount })
  })
}

test("a tiny probability of a sure model keeps its digits in the file", async (t) => {
  const learner = fitLinear(
    {
      rowCount: 4,
      featureCount: 1,
      features: Float32Array.of(-40, -30, 30, 40),
      target: { kind: "classes", classCount: 2, values: Int32Array.of(0, 0, 1, 1) },
      weights: null,
      categories: [],
    },
    { penalty: 1e-6, l1Ratio: 0 },
  )
  assert.ok(learner !== null)
  const outputs = await runFile(t, learner, Float32Array.of(80), {
    rowCount: 1,
    featureCount: 1,
    classCount: 2,
  })
  const [unlikely = 0] = outputs
  const [expected = 0] = learner.predict(Float32Array.of(80), 1)
  assert.ok(expected > 0 && expected < 1e-9)
  assertWithin(unlikely / expected, 1, 1e-4)
})

type Rows = { readonly rowCount: number; readonly featureCount: number; readonly classCount: number | null }

async function assertSameFromFile(
  t: TestContext,
  learner: FittedLearner,
  data: Rows & { readonly features: Float32Array },
): Promise<void> {
  const fromFile = await runFile(t, learner, data.features, data)
  const direct = await learner.predict(data.features, data.rowCount)
  assert.equal(fromFile.length, direct.length)
  for (const [at, value] of direct.entries())
    assertWithin(fromFile[at] ?? Number.NaN, value, 2e-6 * Math.max(1, Math.abs(value)))
}

async function runFile(
  t: TestContext,
  learner: FittedLearner,
  features: Float32Array,
  { rowCount, featureCount, classCount }: Rows,
): Promise<Float32Array> {
  const builder = createGraphBuilder()
  const input = builder.input("numeric", "float32", ["batch", featureCount])
  const result = learner.emit(builder.prefix("m0/"), input)
  builder.output(result, "result", "float32", classCount === null ? ["batch"] : ["batch", classCount])
  const session = await openSession(encodeModel(builder.build({ name: "test", metadata: {} })), {
    threads: 1,
  })
  t.after(() => session.close())
  const outputs = await session.run({
    numeric: { type: "float32", shape: [rowCount, featureCount], data: features },
  })
  assert.ok(outputs.result?.type === "float32")
  assert.deepEqual(outputs.result.shape, classCount === null ? [rowCount] : [rowCount, classCount])
  return outputs.result.data
}
