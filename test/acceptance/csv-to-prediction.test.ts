/** @file The whole way through the doors: a CSV becomes a dataset, a model, an endpoint, an answer with its reasons. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { addDataset, exampleFile, finishedJob, serverForTest, trainAndDeploy } from "../server.ts"

test("a binary, a multiclass and a regression table become endpoints that answer and explain", async (t) => {
  const { client } = await serverForTest(t)
  const cases = [
    { name: "breast_cancer", target: "diagnosis", task: "binary" },
    { name: "wine", target: "cultivar", task: "multiclass" },
    { name: "diabetes_progression", target: "progression", task: "regression" },
  ]
  for (const { name, target, task } of cases) {
    await addDataset(client, name, await exampleFile(`${name}.csv`))
    await trainAndDeploy(client, name, target)
    const { report, signature } = await client.getModelVersion({ name, version: "latest" })
    assert.equal(report.task, task)
    assert.ok(
      report.test.improvement.low > 0,
      `${name}: not better than the baseline: ${JSON.stringify(report.test)}`,
    )
    const answer = await client.predict({ name, body: { rows: [report.example.row], explain: true } })
    assert.equal(answer.predictions.length, 1)
    const [explanation] = answer.explanations ?? []
    assert.ok(explanation !== undefined)
    const total = explanation.contributions.reduce(
      (sum, { contribution }) => sum + contribution,
      explanation.baseline,
    )
    assert.ok(
      Math.abs(total - explanation.score) < 1e-3 * Math.max(1, Math.abs(explanation.score)),
      `${name}: ${total} ${explanation.score}`,
    )
    assert.equal(explanation.contributions.length, signature.columns.length)
  }
})

test("mixed columns with missing cells train, and what a row lacks is imputed with a warning", async (t) => {
  const { client } = await serverForTest(t)
  const lines = ["when,where,count,urgent,late"]
  for (let row = 0; row < 400; row += 1) {
    const where = ["north", "south", "东区"][row % 3]
    const isLate = row % 3 === 2 ? row % 5 !== 0 : row % 7 === 0
    const count = row % 11 === 0 ? "" : String((row * 37) % 100)
    lines.push(
      `2026-0${1 + (row % 9)}-1${row % 9} 0${row % 9}:30:00,${where},${count},${row % 2 === 0},${isLate}`,
    )
  }
  await addDataset(client, "deliveries", lines.join("\n"))
  await trainAndDeploy(client, "deliveries", "late")
  const row = { when: "2026-03-12T05:30:00Z", where: "东区", count: null, urgent: true }
  const { predictions, warnings } = await client.predict({
    name: "deliveries",
    body: { rows: [row, { ...row, where: "西区" }] },
  })
  assert.ok(predictions.every((prediction) => "label" in prediction))
  assert.deepEqual(
    warnings
      .map(({ code, row: at, column }) => [code, at, column])
      .filter(([code]) => code !== "OUT_OF_RANGE"),
    [
      ["IMPUTED", 0, "count"],
      ["UNSEEN_CATEGORY", 1, "where"],
      ["IMPUTED", 1, "count"],
    ],
  )
})

test("the same content makes no second version, other content does, and the lineage knows both", async (t) => {
  const { client } = await serverForTest(t)
  const csv = new TextDecoder().decode(await exampleFile("iris.csv"))
  assert.equal((await addDataset(client, "iris", csv)).version, 1)
  assert.deepEqual((({ version, isNew }) => ({ version, isNew }))(await addDataset(client, "iris", csv)), {
    version: 1,
    isNew: false,
  })
  assert.equal(
    (await addDataset(client, "iris", `${csv.trimEnd()}\n6.0,3.0,4.0,1.0,versicolor\n`)).version,
    2,
  )
  await trainAndDeploy(client, "iris", "species")
  const { edges } = await client.getModelLineage({ name: "iris", version: 1 })
  assert.deepEqual(
    edges.map(({ product, source, relation }) => [product.label, relation, source.label]),
    [
      ["iris version 1", "trained on", "iris version 2"],
      ["iris", "serves", "iris version 1"],
    ],
  )
})

test("a target beyond what float32 holds exactly is predicted in float64", async (t) => {
  const { client } = await serverForTest(t)
  const lines = Array.from({ length: 300 }, (_, row) => `${row % 50},${1_700_000_000 + 3 * (row % 50)}`)
  await addDataset(client, "times", ["x,at", ...lines].join("\n"))
  await trainAndDeploy(client, "times", "at")
  const { report } = await client.getModelVersion({ name: "times", version: "latest" })
  const rmse = report.test.scores.find(({ name }) => name === "rmse")?.value ?? Number.NaN
  // float32 knows 1.7e9 only to 128.
  assert.ok(rmse < 1, `rmse ${rmse}`)
  const { predictions, explanations } = await client.predict({
    name: "times",
    body: { rows: [{ x: 10 }], explain: true },
  })
  const [answer] = predictions
  assert.ok(answer !== undefined && "prediction" in answer && Math.abs(answer.prediction - 1_700_000_030) < 1)
  assert.ok(Math.abs((explanations?.[0]?.score ?? 0) - answer.prediction) < 1e-3)
})

test("a target that cannot be learned says why", async (t) => {
  const { client } = await serverForTest(t)
  await addDataset(client, "flat", `x,y\n${Array.from({ length: 50 }, (_, row) => `${row},same`).join("\n")}`)
  const job = await client.startTraining({ body: { dataset: "flat", target: "y" } })
  await assert.rejects(finishedJob(client, job.id), /TARGET_CONSTANT/)
  await assert.rejects(client.startTraining({ body: { dataset: "flat", target: "z" } }), {
    code: "TARGET_NOT_FOUND",
    status: 422,
  })
})
