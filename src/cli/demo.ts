/** @file `npm start` and `npm run demo`: a sample from its CSV to an address that answers and explains, in the clone's own folder. */
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { createServer } from "node:net"
import { join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

import {
  type DatasetVersion,
  type Endpoint,
  type ModelVersion,
  QuernstoneError,
} from "../../client/src/index.ts"
import { messageOf } from "../base/errors.ts"
import { usage } from "./command.ts"
import { type Context, clientOf, type Server } from "./context.ts"
import { curlText, makePredictKey } from "./curl.ts"
import { showUpload } from "./dataset.ts"
import { followJob } from "./follow-job.ts"
import { removalCommand } from "./leftovers.ts"
import { holdServer, type LocalServer, startLocalServer } from "./local-server.ts"
import { answerText, showReasons } from "./prediction-view.ts"
import { runInTerminal } from "./process-context.ts"
import { showReport } from "./report-view.ts"
import { readAdminKey, readServerFile } from "./server-file.ts"
import { plainText } from "./text.ts"
import { uploadDataset } from "./upload.ts"

const root = fileURLToPath(new URL("../../../", import.meta.url))
const sampleFile = join(root, "examples", "data", "flights_late_25k.csv")
const sample = { name: "flights", target: "late", seed: 7 } as const
const portsTried = 30
const reasonsShown = 5

/** The entry of bin/start.js: sets the exit status, never throws. */
export function runDemo(words: readonly string[]): Promise<void> {
  return runInTerminal(words, async (context) => {
    const { stop } = parseWords(words, context)
    const dataFolder = resolve(context.environment.QUERNSTONE_DATA || join(root, ".quernstone"))
    const running = await findRunning(context, dataFolder)
    const local = running === null ? await startOwn(context, dataFolder) : null
    try {
      const server = running ?? local?.server
      if (server === undefined) return
      await walkThrough(context, server)
      await showEnd(context, {
        server,
        dataFolder: local?.dataFolder ?? dataFolder,
        stop,
        isOwn: local !== null,
      })
      if (local !== null && !stop) await holdServer(context, local)
    } finally {
      await local?.close()
    }
  })
}

function parseWords(words: readonly string[], { terminal: { say } }: Context): { stop: boolean } {
  try {
    const options = {
      stop: { type: "boolean" },
      lang: { type: "string" },
      json: { type: "boolean" },
    } as const
    const { values } = parseArgs({ args: [...words], options })
    return { stop: values.stop === true }
  } catch (error) {
    throw usage(say("usageDemo", { reason: messageOf(error) }))
  }
}

/** Our own server, when it is up already in this folder; a second start is then quick. */
async function findRunning(context: Context, dataFolder: string): Promise<Server | null> {
  const file = await readServerFile(dataFolder)
  if (file === null) return null
  const key = await readAdminKey(dataFolder)
  const client = clientOf(context, file.url, key)
  const answers = await client.getServer().then(
    () => true,
    () => false,
  )
  return answers ? { url: file.url, client, key, isDefault: true } : null
}

async function startOwn(context: Context, dataFolder: string): Promise<LocalServer> {
  const first = Number(context.environment.QUERNSTONE_PORT || 7070)
  const port = await findPort(first)
  if (port !== first) context.terminal.line(context.terminal.say("demoPort", { first, port }))
  return startLocalServer(context, { dataFolder, port: String(port) }, { quiet: true })
}

/** The first free port from `first` on; 0 (any) when thirty are taken. */
async function findPort(first: number): Promise<number> {
  for (let port = first; port < Math.min(first + portsTried, 65_536); port++)
    if (await isFree(port)) return port
  return 0
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)))
  })
}

async function walkThrough(context: Context, server: Server): Promise<void> {
  const { terminal } = context
  const { say } = terminal
  terminal.line(say("demoData", { file: relative(root, sampleFile) }))
  const dataset = await sampleDataset(context, server)
  showUpload(terminal, dataset)
  terminal.line()
  const { model, endpoint } = await sampleEndpoint(context, server, dataset)
  showReport(terminal, model)
  terminal.line()
  terminal.line(
    say("served", { name: endpoint.name, model: model.model, version: model.version, url: server.url }),
  )
  const { row, answer: truth } = model.report.example
  const hasReasons = model.report.leaderboard.some(
    ({ learner, isChosen }) => isChosen && learner !== "constant",
  )
  const { predictions, explanations } = await server.client.predict({
    name: endpoint.name,
    body: { rows: [row], explain: hasReasons },
  })
  const [prediction] = predictions
  const [explanation] = explanations ?? []
  const known = Object.entries(row).map(([name, value]) => `${name}=${value ?? ""}`)
  terminal.line(say("demoQuestion", { row: plainText(known.join(", ")) }))
  if (prediction !== undefined)
    terminal.line(
      say("demoAnswer", {
        target: sample.target,
        answer: answerText(terminal, prediction),
        truth: String(truth),
      }),
    )
  if (explanation !== undefined) showReasons(terminal, explanation, reasonsShown)
  const key = server.key === null ? null : await makePredictKey(server.client, endpoint)
  terminal.line()
  terminal.line(say("demoAddress", { url: server.url }))
  if (server.key !== null && terminal.isPerson)
    terminal.line(say("readyConsole", { link: `${server.url}/#key=${server.key}` }), { whole: true })
  const curl = curlText({ url: server.url, endpoint: endpoint.name, key, row })
  terminal.line(say("demoCurl"))
  terminal.line(curl, { whole: true })
  terminal.result({ url: server.url, dataset: dataset.dataset, model, endpoint, predictions, curl })
}

/** The sample as a dataset: uploaded once, known again by the digest of its file. */
async function sampleDataset(context: Context, { client }: Server): Promise<DatasetVersion> {
  const digest = createHash("sha256")
    .update(await readFile(sampleFile))
    .digest("hex")
  const newest = await orNull(client.getDatasetVersion({ name: sample.name, version: "latest" }))
  if (newest !== null && String(newest.source.uploadDigest).includes(digest)) return newest
  return uploadDataset(context, client, { file: sampleFile, name: sample.name, importOptions: {} })
}

/** The endpoint with the model behind it: found, or trained and deployed. */
async function sampleEndpoint(
  context: Context,
  { client }: Server,
  dataset: DatasetVersion,
): Promise<{ model: ModelVersion; endpoint: Endpoint }> {
  const { name, target, seed } = sample
  const existing = await orNull(client.getEndpoint({ name }))
  if (existing !== null) {
    const model = await client.getModelVersion({ name: existing.model, version: existing.version })
    if (model.report.dataset.contentDigest === dataset.contentDigest) return { model, endpoint: existing }
  }
  const body = { dataset: name, datasetVersion: dataset.version, target, model: name, seed }
  const job = await client.startTraining({ body })
  await followJob(context, client, { job, label: context.terminal.say("training", { name }) })
  const model = await client.getModelVersion({ name, version: "latest" })
  const endpoint = await client.deploy({ name, body: { model: name, version: model.version } })
  return { model, endpoint }
}

async function showEnd(
  { terminal }: Context,
  end: {
    readonly server: Server
    readonly dataFolder: string
    readonly stop: boolean
    readonly isOwn: boolean
  },
): Promise<void> {
  const { say } = terminal
  const removal = await removalCommand(end.dataFolder)
  if (!end.isOwn) terminal.line(say("demoAlreadyUp", { removal }))
  else terminal.line(end.stop ? say("demoStopped", { removal }) : say("demoStop", { removal }))
}

async function orNull<Value>(answer: Promise<Value>): Promise<Value | null> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof QuernstoneError && error.status === 404) return null
    throw error
  }
}
