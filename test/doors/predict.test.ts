/** @file Predictions of the native door: answers, explanations, warnings, problems, keys, and the same through the inference protocol. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { createClient } from "../../client/src/index.ts"
import { errorBody, predictResponse } from "../../src/doors/native/schema.ts"
import type { Explanation } from "../../src/serve/index.ts"
import { addDataset, finishedJob, serverForTest } from "../server.ts"
import { codeOf, serverBeside } from "./harness.ts"

test("predictions", async (t) => {
  const server = await serverForTest(t, { environment: { QUERNSTONE_LIMIT_PREDICT_ROWS_MAX: "300" } })
  const { client } = server
  await addDataset(client, "loans", loansCsv())
  const training = await client.startTraining({
    body: { dataset: "loans", target: "paid", positive: "repaid", learner: "linear" },
  })
  await finishedJob(client, training.id)
  await client.deploy({ name: "loans", body: { model: "loans" } })
  const row = { income: 5.5, debts: 2, owner: true, since: "2024-03-12", town: "东" }
  const predict = async (body: unknown, query = "") => {
    const response = await server.request(`/api/v1/endpoints/loans/predict${query}`, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
    })
    return { status: response.status, json: await response.json() }
  }
  const problemsOf = async (rows: unknown, query = "") => {
    const { status, json } = await predict({ rows }, query)
    assert.equal(status, 422, JSON.stringify(json))
    const { code, problems = [] } = errorBody.parse(json).error
    return [code, ...problems.map((problem) => [problem.code, problem.row, problem.column])]
  }

  await t.test(
    "contributions and baseline add up to the score, and the score is the probability's log-odds",
    async () => {
      const { json } = await predict({ rows: [row, { ...row, income: 0.5 }], explain: true })
      const { predictions, explanations = [] } = predictResponse.parse(json)
      assert.equal(explanations.length, 2)
      for (const [at, explanation] of explanations.entries()) {
        assert.equal(explanation.output, "repaid")
        assert.equal(explanation.unit, "log-odds")
        assertAddsUp(explanation)
        assertIsLogOdds(explanation, predictions[at])
      }
      const flags = await predict({ rows: [row] }, "?explain=true")
      assert.equal(predictResponse.parse(flags.json).explanations?.length, 1)
      const overruled = await predict({ rows: [row], explain: false }, "?explain=true")
      assert.equal(predictResponse.parse(overruled.json).explanations, undefined)
    },
  )

  await t.test(
    "an explanation speaks of the positive class, also when that is the first of the two",
    async () => {
      const job = await client.startTraining({
        body: { dataset: "loans", target: "paid", model: "defaults", positive: "failed", learner: "linear" },
      })
      await finishedJob(client, job.id)
      await client.deploy({ name: "defaults", body: { model: "defaults" } })
      const { signature } = await client.getModelVersion({ name: "defaults", version: 1 })
      assert.deepEqual([signature.classes, signature.positiveClass], [["failed", "repaid"], "failed"])
      const { predictions, explanations = [] } = await client.predict({
        name: "defaults",
        body: { rows: [row, { ...row, income: 0.5 }], explain: true },
      })
      const other = await client.predict({ name: "loans", body: { rows: [row], explain: true } })
      for (const [at, explanation] of explanations.entries()) {
        assert.equal(explanation.output, "failed")
        assertAddsUp(explanation)
        assertIsLogOdds(explanation, predictions[at])
      }
      const income = (explained: Explanation | undefined) =>
        explained?.contributions.find(({ column }) => column === "income")?.contribution ?? 0
      assert.ok(income(explanations[0]) < 0, "income speaks against a default")
      assert.ok(income(other.explanations?.[0]) > 0)
    },
  )

  await t.test("no rows have no answers, and more than the limit are refused", async () => {
    const none = predictResponse.parse((await predict({ rows: [], explain: true })).json)
    assert.deepEqual([none.predictions, none.explanations, none.warnings], [[], [], []])
    assert.equal((await predict({ rows: Array.from({ length: 300 }, () => row) })).status, 200)
    const many = await predict({ rows: Array.from({ length: 301 }, () => row) })
    assert.deepEqual([many.status, errorBody.parse(many.json).error.code], [413, "TOO_MANY_ROWS"])
  })

  await t.test("what is unusual is answered and named, and strict makes it a problem", async () => {
    const odd = { income: 1e6, debts: null, owner: null, since: null, town: "西", paid: "repaid" }
    const { json } = await predict({ rows: [row, odd] })
    const { warnings, predictions } = predictResponse.parse(json)
    assert.equal(predictions.length, 2)
    const expected = [
      ["OUT_OF_RANGE", 1, "income"],
      ["IMPUTED", 1, "debts"],
      ["IMPUTED", 1, "owner"],
      ["IMPUTED", 1, "since"],
      ["UNSEEN_CATEGORY", 1, "town"],
      ["IGNORED_COLUMN", 1, "paid"],
    ]
    assert.deepEqual(
      warnings.map(({ code, row: at, column }) => [code, at, column]),
      expected,
    )
    assert.deepEqual(await problemsOf([row, odd], "?strict=true"), ["ROWS_INVALID", ...expected])
    await client.deploy({ name: "strict", body: { model: "loans", strict: true } })
    await assert.rejects(client.predict({ name: "strict", body: { rows: [odd] } }), { code: "ROWS_INVALID" })
    assert.equal((await client.predict({ name: "strict", body: { rows: [row] } })).warnings.length, 0)
  })

  await t.test("every problem of every row is named at once", async () => {
    const wrong = { income: "5", debts: [], owner: "yes", since: "05.03.2024", town: {}, colour: "red" }
    const { income: _, ...without } = row
    assert.deepEqual(await problemsOf([wrong, row, 7, null, without, [row]]), [
      "ROWS_INVALID",
      ["NUMBER_EXPECTED", 0, "income"],
      ["NUMBER_EXPECTED", 0, "debts"],
      ["BOOLEAN_EXPECTED", 0, "owner"],
      ["DATETIME_EXPECTED", 0, "since"],
      ["CATEGORY_EXPECTED", 0, "town"],
      ["COLUMN_UNKNOWN", 0, "colour"],
      ["ROW_NOT_OBJECT", 2, undefined],
      ["ROW_NOT_OBJECT", 3, undefined],
      ["COLUMN_MISSING", 4, "income"],
      ["ROW_NOT_OBJECT", 5, undefined],
    ])
    assert.deepEqual(await problemsOf([{ ...row, income: null }]), [
      "ROWS_INVALID",
      ["VALUE_MISSING", 0, "income"],
    ])
    const nul = await problemsOf([{ ...row, town: "\u0000" }])
    assert.deepEqual(nul, ["ROWS_INVALID", ["TEXT_HAS_NUL", 0, "town"]])
    const countless = await problemsOf(Array.from({ length: 300 }, () => 7))
    assert.equal(countless.length, 101, "the first hundred are listed")
  })

  await t.test(
    "a row's keys are its own: none comes from a prototype, and __proto__ is unknown",
    async () => {
      const text = JSON.stringify(row).slice(0, -1)
      const { status, json } = await predict(`{"rows":[${text},"__proto__":{"income":1}}]}`)
      assert.equal(status, 422)
      assert.deepEqual(
        errorBody.parse(json).error.problems?.map(({ code, column }) => [code, column]),
        [["COLUMN_UNKNOWN", "__proto__"]],
      )
      const { code } = errorBody.parse((await predict('{"__proto__":{"rows":[]}}')).json).error
      assert.equal(code, "REQUEST_INVALID")
    },
  )

  await t.test("a call that is none is refused with its own code", async () => {
    const wrong = [
      ["", 400, "BODY_MISSING"],
      ["{", 400, "BODY_NOT_JSON"],
      ["[]", 422, "REQUEST_INVALID"],
      ['{"rows":{}}', 422, "REQUEST_INVALID"],
      ['{"rows":[],"strict":"yes"}', 422, "REQUEST_INVALID"],
      [`{"rows":[${"[".repeat(100_000)}${"]".repeat(100_000)}]}`, 422, "ROWS_INVALID"],
    ] as const
    for (const [body, status, code] of wrong) {
      const answer = await predict(body)
      assert.deepEqual([answer.status, errorBody.parse(answer.json).error.code], [status, code])
    }
    const flag = await predict({ rows: [] }, "?explain=maybe")
    assert.equal(errorBody.parse(flag.json).error.code, "REQUEST_INVALID")
  })

  await t.test("a closed column refuses what it never saw", async () => {
    const number = { use: "number", impute: "median", scale: true, clip: null } as const
    const category = { use: "category", open: false, rareLevelRowsMin: 1, levelsMax: 10 } as const
    const columns = [
      { ...number, name: "income", missingIndicator: false },
      { ...category, name: "town" },
    ]
    const job = await client.startTraining({
      body: { dataset: "loans", target: "paid", model: "closed", recipe: { version: 1, columns } },
    })
    await finishedJob(client, job.id)
    await client.deploy({ name: "closed", body: { model: "closed" } })
    await assert.rejects(
      client.predict({ name: "closed", body: { rows: [{ income: 1, town: "西" }] } }),
      (error) => {
        assert.ok(error instanceof Error && "problems" in error && Array.isArray(error.problems))
        assert.deepEqual(
          error.problems.map(({ code }) => code),
          ["CATEGORY_UNKNOWN"],
        )
        return true
      },
    )
  })

  await t.test("a key that is limited to endpoints calls those only, through both doors", async () => {
    const { key } = await client.createKey({
      body: { name: "narrow", scopes: ["predict"], endpoints: ["loans"] },
    })
    const narrow = createClient({ url: server.url, key })
    assert.equal((await narrow.predict({ name: "loans", body: { rows: [row] } })).predictions.length, 1)
    for (const name of ["defaults", "absent"])
      await assert.rejects(narrow.predict({ name, body: { rows: [] } }), { code: "ENDPOINT_FORBIDDEN" })
    const headers = { authorization: `Bearer ${key}` }
    assert.equal((await fetch(`${server.url}/v2/models/loans`, { headers })).status, 200)
    assert.equal((await fetch(`${server.url}/v2/models/defaults`, { headers })).status, 403)
  })

  await t.test("calls beyond the queue are turned away", async (t) => {
    const beside = await serverBeside(t, server, {
      environment: { QUERNSTONE_LIMIT_PREDICT_QUEUE_MAX: "0" },
    })
    const response = await fetch(`${beside.url}/api/v1/endpoints/loans/predict`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.adminKey}` },
      body: JSON.stringify({ rows: [row] }),
    })
    assert.deepEqual([response.status, await codeOf(response)], [429, "PREDICT_QUEUE_FULL"])
    assert.equal(response.headers.get("retry-after"), "1")
  })
})

/** 300 rows of every kind of column; who earns more pays back. */
function loansCsv(): string {
  const lines = ["income,debts,owner,since,town,paid"]
  for (let row = 0; row < 300; row += 1) {
    const income = ((row * 37) % 101) / 10
    const debts = (row * 53) % 7
    const isPaid = income - debts / 2 + ((row * 29) % 11) / 4 > 4
    lines.push(
      `${income},${row % 31 === 0 ? "" : debts},${row % 37 === 0 ? "" : row % 3 === 0},${row % 41 === 0 ? "" : `2024-0${1 + (row % 9)}-1${row % 10}`},${["东", "南", "north"][row % 3]},${isPaid ? "repaid" : "failed"}`,
    )
  }
  return lines.join("\n")
}

function assertAddsUp({ baseline, score, contributions }: Explanation): void {
  const total = contributions.reduce((sum, { contribution }) => sum + contribution, baseline)
  assert.ok(Math.abs(total - score) < 1e-4 * Math.max(1, Math.abs(score)), `${total} ${score}`)
}

/** Independent of the explainer: the logistic function of the score is the probability that the model itself gave. */
function assertIsLogOdds({ output, score }: Explanation, prediction: unknown): void {
  assert.ok(typeof prediction === "object" && prediction !== null && "probabilities" in prediction)
  const probabilities = new Map<string, unknown>(Object.entries(prediction.probabilities ?? {}))
  const probability = Number(probabilities.get(output ?? ""))
  assert.ok(Math.abs(1 / (1 + Math.exp(-score)) - probability) < 1e-5, `${score} ${probability}`)
}
