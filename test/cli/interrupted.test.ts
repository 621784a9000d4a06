/** @file What goes wrong on the way: jobs cancelled or left, a server that loses its database, files that cannot be read or written. */
import assert from "node:assert/strict"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { type TestContext, test } from "node:test"

import { temporaryDataFolder } from "../database.ts"
import { addDataset, exampleFile, type ServerForTest, serverForTest } from "../server.ts"
import { commandLine, lineOf, outcomeOf, type Runner, root, start } from "./run-cli.ts"

const iris = join(root, "examples", "data", "iris.csv")

test("Ctrl-C leaves the job alone, says how to go on, and ends with 130", async (t) => {
  const server = await serverWithFlights(t)
  const words = ["train", "flights", "--target", "late", "--json"]
  const child = start(words, { environment: environmentOf(server) })
  const ended = outcomeOf(child)
  const id = await startedTraining(server)
  child.kill("SIGINT")
  const { status, stdout } = await ended
  assert.equal(status, 130)
  const { error } = JSON.parse(stdout)
  assert.equal(error.code, "INTERRUPTED")
  assert.ok(error.message.includes(`quernstone job cancel ${id}`))
  const { state } = await server.client.getJob({ id })
  assert.ok(["queued", "running", "succeeded"].includes(state), state)
  await server.client.cancelJob({ id }).catch(() => null)
})

test("a job that somebody cancels ends the command that waits for it", async (t) => {
  const server = await serverWithFlights(t)
  const child = start(["train", "flights", "--target", "late", "--json"], {
    environment: environmentOf(server),
  })
  const ended = outcomeOf(child)
  const id = await startedTraining(server)
  const quernstone = await runnerOf(t, server)
  const cancelled = await quernstone(["job", "cancel", id])
  assert.equal(cancelled.status, 0, cancelled.stderr)
  const { status, stdout } = await ended
  assert.deepEqual([status, JSON.parse(stdout).error.code], [1, "JOB_CANCELLED"])
})

test("up ends with a sentence when its database dies, so that another server may take over", async (t) => {
  const data = await temporaryDataFolder(t)
  const child = start(["up", "--json", "--port", "0", "--data", data, "--log-level", "silent"], {})
  t.after(() => child.kill("SIGKILL"))
  const ended = outcomeOf(child)
  await lineOf(child, () => true)
  const postmaster = Number(
    (await readFile(join(data, "pg", "data", "postmaster.pid"), "utf8")).split("\n")[0],
  )
  process.kill(postmaster, "SIGKILL")
  const { status, stderr } = await ended
  assert.equal(status, 1)
  assert.match(stderr, /The server had to stop: .*\. Start it again\./)
})

test("a recipe that is no JSON and a place that cannot be written are named", async (t) => {
  const server = await serverForTest(t)
  const quernstone = await runnerOf(t, server)
  const recipe = join(server.dataFolder, "recipe.json")
  await writeFile(recipe, "columns: all")
  const words = ["train", iris, "--target", "species", "--json"]
  const unreadable = await quernstone([...words, "--recipe", recipe])
  assert.deepEqual([unreadable.status, JSON.parse(unreadable.stdout).error.code], [1, "RECIPE_UNREADABLE"])
  assert.equal((await quernstone(words)).status, 0)
  const nowhere = [
    "model",
    "download",
    "iris",
    "--output",
    join(server.dataFolder, "no", "where.onnx"),
    "--json",
  ]
  const unwritable = await quernstone(nowhere)
  assert.deepEqual([unwritable.status, JSON.parse(unwritable.stdout).error.code], [1, "FILE_UNWRITABLE"])
  const alias = await quernstone(["model", "show", "iris@nobody", "--json"])
  assert.deepEqual([alias.status, JSON.parse(alias.stdout).error.code], [1, "ALIAS_NOT_FOUND"])
})

async function serverWithFlights(t: TestContext): Promise<ServerForTest> {
  const server = await serverForTest(t)
  await addDataset(server.client, "flights", await exampleFile("flights_late_25k.csv"))
  return server
}

function environmentOf({ url, adminKey }: ServerForTest): Record<string, string> {
  return { QUERNSTONE_URL: url, QUERNSTONE_KEY: adminKey }
}

function runnerOf(t: TestContext, server: ServerForTest): Promise<Runner> {
  return commandLine(t, environmentOf(server))
}

/** The training job once a child works on it: seen by its own events, not by waiting. */
async function startedTraining({ client }: ServerForTest): Promise<string> {
  for (;;) {
    const { items } = await client.listJobs()
    const training = items.find(({ kind }) => kind.startsWith("train"))
    if (training === undefined) continue
    for await (const job of client.watchJob({ id: training.id })) if (job.state !== "queued") break
    return training.id
  }
}
