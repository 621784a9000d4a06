/** @file Training jobs through the door: the recipe and the task that were asked for, the split, honest scores, equal bits, cancelling. */
import assert from "node:assert/strict"
import { test } from "node:test"

import type { TrainingRequest } from "../../client/src/index.ts"
import { defaultLimits } from "../../src/base/limits.ts"
import { splitRows } from "../../src/train/split-rows.ts"
import { addDataset, finishedJob, serverForTest } from "../server.ts"

test("training", async (t) => {
  const server = await serverForTest(t, {
    environment: { QUERNSTONE_WORKERS: "1", QUERNSTONE_LIMIT_CROSS_VALIDATION_ROWS_MAX: "300" },
  })
  const { client } = server
  const small = numbers(200)
  await addDataset(client, "small", csvOf(small))
  const train = async (body: TrainingRequest) => {
    const job = await client.startTraining({ body })
    const { version } = await finishedJob(client, job.id)
    return client.getModelVersion({ name: body.model ?? body.dataset, version: Number(version) })
  }
  const failure = async (body: TrainingRequest) => {
    const job = await client.startTraining({ body })
    await assert.rejects(finishedJob(client, job.id))
    return (await client.getJob({ id: job.id })).error?.code
  }

  await t.test("a recipe of the user's is obeyed, column by column", async () => {
    const number = { use: "number", impute: { constant: 3 }, scale: false, clip: null } as const
    const { signature, report } = await train({
      dataset: "small",
      target: "group",
      model: "own-recipe",
      recipe: {
        version: 1,
        columns: [
          { ...number, name: "a", missingIndicator: true },
          { name: "c", use: "ignore" },
          { name: "b", use: "category", open: false, rareLevelRowsMin: 1, levelsMax: 4 },
        ],
      },
    })
    assert.deepEqual(
      signature.columns.map(({ name, kind }) => [name, kind]),
      [
        ["a", "number"],
        ["b", "category"],
      ],
    )
    assert.deepEqual(
      signature.ignored.map(({ name }) => name),
      ["group", "c", "level", "sum"],
    )
    const uses = new Map(report.columns.map(({ name, use, featureCount }) => [name, [use, featureCount]]))
    assert.deepEqual(uses.get("a"), ["number", 2], "the value and whether it was missing")
    assert.deepEqual(uses.get("c"), ["ignore", 0])
    assert.equal(uses.get("b")?.[0], "category")
    assert.ok(
      report.columns.every(({ reason }) => reason === null),
      "reasons are of recipes that were inferred",
    )
  })

  await t.test("a recipe that does not fit the data says where", async () => {
    const boolean = { use: "boolean" } as const
    const ignored = { name: "a", use: "ignore" } as const
    const trained = (columns: NonNullable<TrainingRequest["recipe"]>["columns"]) =>
      failure({ dataset: "small", target: "group", recipe: { version: 1, columns } })
    assert.equal(await trained([{ ...boolean, name: "absent" }]), "RECIPE_COLUMN_UNKNOWN")
    assert.equal(await trained([{ ...boolean, name: "a" }]), "RECIPE_COLUMN_KIND")
    assert.equal(await trained([ignored, { ...boolean, name: "group" }]), "RECIPE_EMPTY")
  })

  await t.test("task and positive class are those that were asked for", async () => {
    const inferred = await train({ dataset: "small", target: "level", model: "inferred" })
    assert.equal(inferred.task, "multiclass")
    const asked = await train({ dataset: "small", target: "level", model: "asked", task: "regression" })
    assert.deepEqual([asked.task, asked.signature.classes], ["regression", null])
    for (const positive of ["left", "right"]) {
      const { signature, report } = await train({
        dataset: "small",
        target: "group",
        model: "positive",
        positive,
      })
      assert.deepEqual([signature.positiveClass, report.positiveClass], [positive, positive])
    }
    const unknown = { dataset: "small", target: "group", positive: "up" }
    assert.equal(await failure(unknown), "POSITIVE_CLASS_UNKNOWN")
  })

  await t.test("too few rows, or rows that are all alike, teach nothing", async () => {
    await addDataset(client, "tiny", csvOf(numbers(20)))
    assert.equal(await failure({ dataset: "tiny", target: "sum" }), "TRAINING_ROWS_FEW")
    const alike = ["a,b", ...Array.from({ length: 60 }, (_, row) => `1,${row % 2}`)].join("\n")
    await addDataset(client, "alike", alike)
    const code = await failure({ dataset: "alike", target: "b" })
    assert.ok(code === "TRAINING_ROWS_FEW" || code === "RECIPE_EMPTY", String(code))
  })

  await t.test(
    "the report's test scores are those of the served model on rows that it never saw",
    async () => {
      const { signature, report } = await train({ dataset: "small", target: "group", seed: 11 })
      const rows = testRowsOf(small, ["a", "b", "c", "level", "sum"], 11)
      assert.equal(report.test.rowCount, rows.length)
      await client.deploy({ name: "small", body: { model: "small" } })
      const { predictions } = await client.predict({
        name: "small",
        body: { rows: rows.map(({ a, b, c, level, sum }) => ({ a, b, c, level, sum })) },
      })
      let logLoss = 0
      let right = 0
      for (const [at, prediction] of predictions.entries()) {
        assert.ok("label" in prediction)
        const truth = rows[at]?.group ?? ""
        logLoss -= Math.log(prediction.probabilities[truth] ?? 0) / rows.length
        right += Number(prediction.label === truth) / rows.length
      }
      const score = (name: string) => report.test.scores.find((each) => each.name === name)
      assert.ok(Math.abs((score("log_loss")?.value ?? Number.NaN) - logLoss) < 1e-9)
      assert.ok(Math.abs((score("accuracy")?.value ?? Number.NaN) - right) < 1e-9)
      assert.deepEqual(signature.classes, ["left", "right"])
      const { low = 0, high = 0, value = 0 } = score("log_loss") ?? {}
      assert.ok(low <= value && value <= high)
      const { row, answer } = report.example
      assert.ok(rows.some((each) => each.a === row.a && each.c === row.c && each.group === answer))
    },
  )

  await t.test(
    "above the limit one holdout chooses, and the parts are of the sizes that are promised",
    async () => {
      const many = numbers(1_000)
      await addDataset(client, "many", csvOf(many))
      const { report } = await train({ dataset: "many", target: "sum", seed: 3 })
      const { strategy, rows } = report.split
      assert.equal(strategy, "holdout")
      assert.equal(rows.train + rows.validation + rows.calibration + rows.test, 1_000)
      assert.ok(Math.abs(rows.train - 600) < 70 && Math.abs(rows.test - 200) < 60, JSON.stringify(rows))
      assert.ok(rows.validation > 60 && rows.calibration > 60)
      assert.ok(report.test.improvement.low > 0)
    },
  )

  await t.test("equal seeds give equal bits, another seed another model", async () => {
    const digest = async (seed: number) =>
      (await train({ dataset: "small", target: "sum", model: "bits", seed })).fileDigest
    const first = await digest(5)
    assert.equal(await digest(5), first)
    assert.notEqual(await digest(6), first)
  })

  await t.test("a constant is trained where it is asked for, and has nothing to explain", async () => {
    const valley = ["x,y", ...Array.from({ length: 60 }, (_, row) => `${row / 4},${Math.abs(row - 29.5)}`)]
    await addDataset(client, "valley", valley.join("\n"))
    const { report } = await train({ dataset: "valley", target: "y", learner: "constant" })
    assert.equal(report.leaderboard.find(({ isChosen }) => isChosen)?.learner, "constant")
    assert.deepEqual(report.importance, [])
    await client.deploy({ name: "valley", body: { model: "valley" } })
    const rows = [{ x: 1 }, { x: 50 }]
    const { predictions } = await client.predict({ name: "valley", body: { rows } })
    assert.deepEqual(predictions[0], predictions[1])
    await assert.rejects(client.predict({ name: "valley", body: { rows, explain: true } }), {
      code: "EXPLAIN_UNSUPPORTED",
      status: 422,
    })
  })

  await t.test("a training that waits or runs is cancelled, and leaves no model", async () => {
    const body = { dataset: "many", target: "sum" }
    const running = await client.startTraining({ body: { ...body, model: "stopped" } })
    const waiting = await client.startTraining({ body: { ...body, model: "stopped" } })
    const cancelled = await client.cancelJob({ id: waiting.id })
    assert.equal(cancelled.state, "cancelled")
    for await (const job of client.watchJob({ id: running.id }))
      if (job.state === "running") await client.cancelJob({ id: running.id })
    const ended = await client.getJob({ id: running.id })
    assert.deepEqual([ended.state, ended.error?.code], ["cancelled", "JOB_CANCELLED"])
    await assert.rejects(client.getModel({ name: "stopped" }), { code: "MODEL_NOT_FOUND" })
    const { report } = await train({ dataset: "small", target: "sum", model: "afterwards" })
    assert.equal(report.task, "regression", "the worker takes the next one")
  })
})

type Row = {
  readonly a: number
  readonly b: number
  readonly c: number
  readonly level: number
  readonly sum: number
  readonly group: string
}

/** Whole numbers and quarters only, which every reader of CSV takes for the same. */
function numbers(count: number): Row[] {
  return Array.from({ length: count }, (_, row) => {
    const a = ((row * 7_919) % 1_009) / 4
    const b = (row * 31) % 4
    const c = ((row * 104_729) % 997) / 4
    const level = (row * 13) % 3
    const sum = a + 10 * b + ((row * 17) % 23) / 4
    return { a, b, c, level, sum, group: a + c / 2 + ((row * 53) % 40) > 200 ? "right" : "left" }
  })
}

function csvOf(rows: readonly Row[]): string {
  const lines = rows.map(({ a, b, c, level, sum, group }) => [a, b, c, level, sum, group].join(","))
  return ["a,b,c,level,sum,group", ...lines].join("\n")
}

/** The rows that the split holds back, found without the job: a row's side is a function of its content and the seed. */
function testRowsOf(rows: readonly Row[], names: readonly string[], seed: number): Row[] {
  const column = (name: "a" | "b" | "c" | "level" | "sum", type: "number" | "integer") => ({
    name,
    type,
    values: Float64Array.from(rows, (row) => row[name]),
  })
  const table = {
    rowCount: rows.length,
    columns: [
      column("a", "number"),
      column("b", "integer"),
      column("c", "number"),
      column("level", "integer"),
      column("sum", "number"),
      { name: "group", type: "text" as const, values: rows.map(({ group }) => group) },
    ],
  }
  const all = Uint32Array.from(rows, (_, row) => row)
  const { testRows } = splitRows({ table, names, rows: all, seed, limits: defaultLimits })
  return [...testRows].flatMap((row) => rows[row] ?? [])
}
