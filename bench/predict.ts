/** @file One row over keep-alive: Quernstone with key check, metrics and log on, beside bare node:http with bare onnxruntime in the same run. */
import "../src/engine/no-telemetry.ts"

import { type ChildProcess, fork, spawn } from "node:child_process"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

import { createClient } from "../client/src/index.ts"
import { type LoadResult, makeLoad, postRequest } from "./load.ts"
import { type BenchOptions, type BenchResult, median } from "./report.ts"

const root = fileURLToPath(new URL("../../", import.meta.url))
const rounds = 3
const roundMs = 3_000

/** Interleaved rounds, medians; the model is the one that training makes of the flights. */
export async function run({ isSmallest }: BenchOptions): Promise<readonly BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), "quernstone-bench-"))
  const quernstone = await startQuernstone(folder)
  const bare = isSmallest ? null : await startBare(join(folder, "model.onnx"))
  try {
    const results: BenchResult[] = []
    for (const concurrency of isSmallest ? [1] : [1, 16, 64]) {
      const ours: LoadResult[] = []
      const theirs: LoadResult[] = []
      for (let round = 0; round < (isSmallest ? 1 : rounds); round += 1) {
        const load = { host: "127.0.0.1", concurrency, durationMs: isSmallest ? 200 : roundMs }
        ours.push(await makeLoad({ ...load, port: quernstone.port, request: quernstone.request }))
        if (bare !== null) theirs.push(await makeLoad({ ...load, port: bare.port, request: bare.request }))
      }
      results.push(...compare(concurrency, ours, theirs))
    }
    return results
  } finally {
    await Promise.all([stop(quernstone.process), bare === null ? undefined : stop(bare.process)])
    await rm(folder, { recursive: true, force: true })
  }
}

function compare(
  concurrency: number,
  ours: readonly LoadResult[],
  theirs: readonly LoadResult[],
): BenchResult[] {
  const failures = [...ours, ...theirs].reduce((sum, result) => sum + result.failures, 0)
  if (failures > 0) throw new Error(`${failures} answers were not 200`)
  const peerName = theirs.length === 0 ? null : "node:http + onnxruntime-node, bare"
  const pick = (results: readonly LoadResult[], read: (result: LoadResult) => number) =>
    results.length === 0 ? null : median(results.map(read))
  const rate = {
    ours: pick(ours, (r) => r.requestsPerSecond) ?? 0,
    peer: pick(theirs, (r) => r.requestsPerSecond),
  }
  const tail = { ours: pick(ours, (r) => r.p99Ms) ?? 0, peer: pick(theirs, (r) => r.p99Ms) }
  const name = `1 row, concurrency ${concurrency}`
  return [
    {
      case: name,
      unit: "requests/s",
      ...rate,
      peerName,
      ratio: rate.peer === null ? null : rate.ours / rate.peer,
    },
    {
      case: `${name}, p99`,
      unit: "ms",
      ...tail,
      peerName,
      ratio: tail.peer === null ? null : tail.peer / tail.ours,
    },
  ]
}

type Target = { readonly process: ChildProcess; readonly port: number; readonly request: string }

async function startQuernstone(folder: string): Promise<Target> {
  const log = join(folder, "server.log")
  const server = spawn(
    process.execPath,
    ["bin/quernstone.js", "up", "--json", "--port", "0", "--data", join(folder, "data")],
    { cwd: root, stdio: ["ignore", "pipe", "pipe"] },
  )
  // The log is written, as in real use; only not onto this terminal.
  const chunks: string[] = []
  server.stderr?.on("data", (chunk) => chunks.length < 100 && chunks.push(String(chunk)))
  const line = await firstLine(server).catch(async (error) => {
    await writeFile(log, chunks.join(""))
    throw new Error(`the server did not start: ${chunks.join("").slice(-2_000)}`, { cause: error })
  })
  const ready: unknown = JSON.parse(line)
  const url = new URL(String(property(ready, "url")))
  const key = JSON.parse(await readFile(join(folder, "data", "keys", "admin.json"), "utf8")).key
  const client = createClient({ url: url.href, key })
  const row = await trainAndDeploy(client)
  const model = await client.getModelFile({ name: "flights", version: "latest" })
  await writeFile(join(folder, "model.onnx"), model)
  const request = postRequest(
    "/api/v1/endpoints/flights/predict",
    { rows: [row] },
    { authorization: `Bearer ${key}` },
  )
  return { process: server, port: Number(url.port), request }
}

async function trainAndDeploy(client: ReturnType<typeof createClient>): Promise<Record<string, unknown>> {
  const csv = new Uint8Array(await readFile(join(root, "examples", "data", "flights_late_25k.csv")))
  const added = await client.addDatasetVersion({ name: "flights", query: {}, body: csv })
  await waitFor(client, added.id)
  const training = await client.startTraining({ body: { dataset: "flights", target: "late" } })
  await waitFor(client, training.id)
  await client.deploy({ name: "flights", body: { model: "flights" } })
  const { report } = await client.getModelVersion({ name: "flights", version: "latest" })
  return report.example.row
}

async function waitFor(client: ReturnType<typeof createClient>, id: string): Promise<void> {
  for await (const job of client.watchJob({ id })) {
    if (job.state === "failed" || job.state === "cancelled")
      throw new Error(`job ${id}: ${JSON.stringify(job.error)}`)
  }
}

async function startBare(modelPath: string): Promise<Target> {
  const entry = fileURLToPath(new URL(`./peers/bare-server${import.meta.url.slice(-3)}`, import.meta.url))
  const server = fork(entry, [modelPath])
  const started = await new Promise<unknown>((resolve, reject) => {
    server.once("message", resolve)
    server.once("exit", (code) => reject(new Error(`the bare server ended with ${code}`)))
  })
  return {
    process: server,
    port: Number(property(started, "port")),
    request: postRequest("/", property(started, "body"), {}),
  }
}

function firstLine(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (server.stdout === null) return reject(new Error("no standard output"))
    createInterface({ input: server.stdout }).once("line", resolve)
    server.once("exit", (code) => reject(new Error(`ended with ${code}`)))
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = new Promise((resolve) => child.once("exit", resolve))
  child.kill("SIGTERM")
  await ended
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined
}
