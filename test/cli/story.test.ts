/** @file The command line against a real server: from a file to an answer, and every command that speaks to it. */
import assert from "node:assert/strict"
import { readFile, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { type TestContext, test } from "node:test"

import { serverForTest } from "../server.ts"
import { commandLine, pasteIntoShell, type Runner, root } from "./run-cli.ts"

const iris = join(root, "examples", "data", "iris.csv")

test("a file becomes an endpoint that answers, through one command, and its curl works when it is pasted", async (t) => {
  const { quernstone } = await setUp(t)
  const trained = await quernstone([
    "train",
    iris,
    "--target",
    "species",
    "--name",
    "flowers",
    "--serve",
    "--json",
  ])
  assert.equal(trained.status, 0, trained.stderr)
  const { dataset, model, served } = JSON.parse(trained.stdout)
  assert.deepEqual([dataset.dataset, dataset.rowCount], ["iris", 150])
  assert.deepEqual([model.model, model.version, model.report.task], ["flowers", 1, "multiclass"])
  assert.equal(served.endpoint.name, "flowers")
  const pasted = await pasteIntoShell(served.curl)
  const answer = JSON.parse(pasted.stdout)
  assert.equal(typeof answer.predictions[0].label, "string")

  const human = await quernstone(["train", "iris", "--target", "species", "--name", "flowers", "--seed", "3"])
  assert.equal(human.status, 0, human.stderr)
  assert.match(human.stdout, /Model flowers, version 2: predicts species \(several classes\)\./)
  assert.match(human.stdout, /\n\* +linear .*\n/)
  assert.match(human.stdout, /Test: the served file on \d+ rows/)
  assert.match(human.stdout, /Next: quernstone deploy flowers:2/)
})

test("datasets, models and endpoints are listed, shown, downloaded and deleted", async (t) => {
  const { quernstone, folder } = await setUp(t)
  const added = await quernstone(["dataset", "add", iris, "--name", "花", "--json"])
  assert.equal(JSON.parse(added.stdout).rowCount, 150, added.stderr)
  assert.match((await quernstone(["dataset", "add", iris, "--name", "花"])).stdout, /花, version 1: 150 rows/)
  assert.match((await quernstone(["dataset", "list"])).stdout, /^花 +1 +150 +5 /m)
  assert.match((await quernstone(["dataset", "show", "花:1"])).stdout, /petal_length_cm +number/)
  const trained = await quernstone(["train", "花:1", "--target", "species", "--name", "m", "--json"])
  assert.equal(trained.status, 0, trained.stderr)
  assert.match((await quernstone(["model", "list"])).stdout, /^m +1 +species +\S+ /m)
  assert.match((await quernstone(["model", "show", "m:1", "--lang", "zh"])).stdout, /模型 m，版本 1/)
  const recipe = join(folder, "recipe.json")
  await writeFile(recipe, (await quernstone(["model", "recipe", "m"])).stdout)
  const again = await quernstone([
    "train",
    "花:1",
    "--target",
    "species",
    "--name",
    "m2",
    "--recipe",
    recipe,
    "--json",
  ])
  assert.equal(again.status, 0, again.stderr)
  assert.deepEqual(
    JSON.parse(again.stdout).model.report.recipe,
    JSON.parse(trained.stdout).model.report.recipe,
  )
  const file = join(folder, "m.onnx")
  const download = await quernstone(["model", "download", "m", "--output", file, "--json"])
  assert.deepEqual(JSON.parse(download.stdout), { model: "m", version: 1, file })
  assert.equal((await stat(file)).size, JSON.parse(trained.stdout).model.byteLength)

  const deployed = await quernstone(["deploy", "m:1", "--endpoint", "e", "--lang", "zh"])
  assert.match(deployed.stdout, /端点 e（.*）提供模型 m 版本 1/, deployed.stderr)
  assert.match((await quernstone(["endpoint", "list"])).stdout, /^e +m +1 +species +ready /m)
  assert.match((await quernstone(["endpoint", "show", "e"])).stdout, /petal_length_cm +number/)
  const gone = await quernstone(["endpoint", "delete", "e", "--json"])
  assert.deepEqual(JSON.parse(gone.stdout), { endpoint: "e", deleted: true })
  const missing = await quernstone(["predict", "e", "--row", "{}", "--json"])
  assert.equal(missing.status, 1)
  assert.equal(JSON.parse(missing.stdout).error.code, "ENDPOINT_NOT_FOUND")
  const alias = await quernstone(["deploy", "m@nobody"])
  assert.match(alias.stderr, /Model m has no alias nobody; it has: production\./)
})

test("rows come from words, a file or stdin, and answers explain themselves", async (t) => {
  const { quernstone } = await setUp(t)
  const training = ["train", iris, "--target", "species", "--learner", "linear", "--serve", "--json"]
  const trained = await quernstone(training)
  assert.equal(trained.status, 0, trained.stderr)
  const [header = "", ...lines] = (await readFile(iris, "utf8")).trim().split("\n")
  const names = header.split(",").slice(0, 4)
  const rows = lines.slice(0, 3).map((line) => {
    const cells = line.split(",")
    return Object.fromEntries(names.map((name, index) => [name, Number(cells[index])]))
  })
  const words = await quernstone(["predict", "iris", "--row", JSON.stringify(rows[0]), "--explain"])
  assert.match(words.stdout, /^setosa \(probability 0\.\d{3}\)\nWhy: what each column adds/, words.stderr)
  assert.match(words.stdout, /petal_length_cm .*[+-]\d/)
  const array = await quernstone(["predict", "iris", "--file", "-", "--json"], {
    input: JSON.stringify(rows),
  })
  const stream = await quernstone(["predict", "iris", "--file", "-", "--json"], {
    input: rows.map((row) => JSON.stringify(row)).join("\n"),
  })
  assert.equal(JSON.parse(array.stdout).predictions.length, 3, array.stderr)
  assert.deepEqual(JSON.parse(stream.stdout), JSON.parse(array.stdout))
  const many = Array.from({ length: 5_001 }, () => rows[0])
  const pieces = await quernstone(["predict", "iris", "--file", "-", "--json"], {
    input: JSON.stringify(many),
  })
  assert.equal(JSON.parse(pieces.stdout).predictions.length, 5_001)
  const wrong = await quernstone(["predict", "iris", "--row", '{"petal_length_cm":"long"}', "--json"])
  assert.equal(wrong.status, 1)
  assert.ok(JSON.parse(wrong.stdout).error.problems.length > 0)
})

test("a network is trained as its options say, its report tells them, and it is not asked for reasons it has not", async (t) => {
  const { quernstone } = await setUp(t)
  const settings =
    "--layers 8,4 --activation tanh --optimizer adamW --learning-rate 0.01 --dropout 0.1 --l1 0 --l2 0.001"
  const words = [iris, "--target", "species", "--learner", "network", ...settings.split(" ")]
  const more = ["--loss", "crossentropy", "--epochs", "5", "--batch-size", "40", "--patience", "0"]
  const trained = await quernstone(["train", ...words, ...more, "--serve", "--json"])
  assert.equal(trained.status, 0, trained.stderr)
  const { leaderboard } = JSON.parse(trained.stdout).model.report
  assert.deepEqual(leaderboard[1].parameters, {
    layers: [8, 4],
    activation: "tanh",
    dropout: 0.1,
    loss: "sparseCategoricalCrossentropy",
    optimizer: "adamW",
    learningRate: 0.01,
    l1: 0,
    l2: 0.001,
    batchSize: 40,
    epochs: 5,
  })
  const shown = await quernstone(["model", "show", "iris"])
  assert.match(shown.stdout, /\n\* +network +layers=8,4 rate=0\.01 dropout=0\.1/)
  assert.match(
    shown.stdout,
    /Served: network with layers=8,4 .*activation=tanh .*epochs=5, trained for 5 epochs/,
  )
  const row = JSON.stringify(JSON.parse(trained.stdout).model.report.example.row)
  assert.equal((await quernstone(["predict", "iris", "--row", row])).status, 0)
  const explained = await quernstone(["predict", "iris", "--row", row, "--explain", "--json"])
  assert.equal(explained.status, 0)
  assert.equal(JSON.parse(explained.stdout).explanations.length, 1)
})

test("a training that cannot work fails with the server's own sentence", async (t) => {
  const { quernstone } = await setUp(t)
  const { status, stdout, stderr } = await quernstone(["train", iris, "--target", "colour", "--json"])
  assert.equal(status, 1)
  const { error } = JSON.parse(stdout)
  assert.equal(error.code, "TARGET_NOT_FOUND")
  assert.ok(stderr.includes(error.message))
})

test("keys are made with what they may, listed, refused where they may not, and revoked", async (t) => {
  const { quernstone } = await setUp(t)
  const created = await quernstone(["key", "create", "shop", "--scope", "read", "--expires", "30d", "--json"])
  const { key, displayId, scopes, expiresAt } = JSON.parse(created.stdout)
  assert.deepEqual(scopes, ["read"])
  assert.ok(Math.abs(Date.parse(expiresAt) - Date.now() - 30 * 86_400_000) < 600_000)
  assert.match(
    (await quernstone(["key", "list"])).stdout,
    new RegExp(`^${displayId} +shop +read +all +until`, "m"),
  )
  const as = { environment: { QUERNSTONE_KEY: key } }
  assert.equal((await quernstone(["status"], as)).status, 0)
  assert.equal((await quernstone(["key", "list"], as)).status, 4)
  assert.equal((await quernstone(["status", "--key", "qst_wrong"])).status, 4)
  const revoked = await quernstone(["key", "revoke", displayId])
  assert.match(revoked.stdout, new RegExp(`Key ${displayId} \\(shop\\) is revoked`))
  const unknown = await quernstone(["key", "revoke", "zzzzzzzz", "--json"])
  assert.equal(JSON.parse(unknown.stdout).error.code, "KEY_NOT_FOUND")
})

test("status, jobs and the doctor see the server", async (t) => {
  const { quernstone } = await setUp(t)
  assert.match(
    (await quernstone(["status"])).stdout,
    /^Quernstone \S+ at http.*\nDatabase: PostgreSQL, outside, reachable\./,
  )
  await quernstone(["dataset", "add", iris])
  const listed = JSON.parse((await quernstone(["job", "list", "--last", "1", "--json"])).stdout)
  assert.equal(listed.items.length, 1)
  const { id } = listed.items[0]
  assert.match((await quernstone(["job", "list"])).stdout, new RegExp(`^${id} `, "m"))
  assert.match((await quernstone(["job", "show", id, "--lang", "zh"])).stdout, /成功/)
  assert.equal(JSON.parse((await quernstone(["job", "watch", id, "--json"])).stdout).state, "succeeded")
  const cancelled = await quernstone(["job", "cancel", "019a0000-0000-7000-8000-000000000000", "--json"])
  assert.equal(cancelled.status, 1)
  const { checks } = JSON.parse((await quernstone(["doctor", "--json"])).stdout)
  const { state } = checks.find(({ check }: { check: string }) => check === "server")
  assert.equal(state, "ok")
})

type SetUp = {
  readonly quernstone: Runner
  readonly folder: string
}

async function setUp(t: TestContext): Promise<SetUp> {
  const { url, adminKey, dataFolder } = await serverForTest(t)
  const quernstone = await commandLine(t, { QUERNSTONE_URL: url, QUERNSTONE_KEY: adminKey })
  return { quernstone, folder: dataFolder }
}
