/** @file kill -9 of the server, of jobs and of PostgreSQL while clients write: what was acknowledged is there, once, whole. */
import { type ChildProcess, spawn } from "node:child_process"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"

import { type Story, tellStory } from "./crash/story.ts"
import { root } from "./crash/supervised-server.ts"
import { type BenchOptions, type BenchResult, median } from "./report.ts"

const startsAtOnce = 10

/** 20 deaths of each kind and ten starts at once; the smallest case is one death of each. Fails on anything lost or doubled. */
export async function run({ isSmallest }: BenchOptions): Promise<readonly BenchResult[]> {
  const seed = Date.now() % 2 ** 31
  console.log(`seed ${seed}`)
  const folder = await mkdtemp(join(tmpdir(), "quernstone-crash-"))
  await chmod(folder, 0o711)
  try {
    const story = await tellStory({
      dataFolder: join(folder, "data"),
      seed,
      killsOfEach: isSmallest ? 1 : 20,
      writers: isSmallest ? 2 : 4,
      pauseMsMax: isSmallest ? 1_000 : 4_000,
      settleMsMax: 180_000,
    })
    const starts = isSmallest ? [] : await startAtOnce(join(folder, "ten"))
    complain(story)
    return [...resultsOf(story), ...starts]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function resultsOf(story: Story): BenchResult[] {
  const { kills } = story
  return [
    row("server killed", "deaths", kills.server),
    row("job's child killed", "deaths", kills.child),
    row("PostgreSQL killed", "deaths", kills.postgres),
    row("writes acknowledged", "writes", story.acknowledgedWrites),
    row("sent again after a death", "calls", story.retries),
    row("acknowledged writes lost", "writes", story.lost.length),
    row("writes doubled", "writes", story.doubled.length),
    row("jobs failed by a death", "jobs", story.failed.length),
    row("files checked by digest", "files", story.blobsChecked),
    row("files damaged or missing", "files", story.damaged.length),
    row("folders and processes left over", "things", story.leftOver.length),
    row("unexpected answers and ends", "events", story.surprises.length),
    row("start after a death, median", "s", median(story.restartsMs) / 1_000),
  ]
}

function complain(story: Story): void {
  const findings = [
    ...story.lost.map((text) => `lost: ${text}`),
    ...story.doubled.map((text) => `doubled: ${text}`),
    ...story.failed.map((text) => `failed: ${text}`),
    ...story.damaged.map((text) => `damaged: ${text}`),
    ...story.leftOver.map((text) => `left over: ${text}`),
    ...story.surprises.map((text) => `unexpected: ${text}`),
  ]
  for (const finding of findings) console.error(finding)
  if (findings.length > 0) process.exitCode = 1
}

/** All on one new folder: one serves, the others name it. */
async function startAtOnce(dataFolder: string): Promise<BenchResult[]> {
  const servers = Array.from({ length: startsAtOnce }, () =>
    spawn(
      process.execPath,
      [join(root, "bin", "quernstone.js"), "up", "--json", "--port", "0", "--data", dataFolder],
      {
        cwd: root,
        env: { PATH: process.env.PATH ?? "", LANG: "C.UTF-8" },
        stdio: ["ignore", "pipe", "ignore"],
      },
    ),
  )
  const lines = await Promise.all(servers.map(firstLine))
  const count = (part: string) => lines.filter((line) => line.includes(part)).length
  const won = count('"ready":true')
  const refused = count("INSTANCE_RUNNING")
  if (won !== 1 || refused !== startsAtOnce - 1) {
    console.error(lines.join("\n"))
    process.exitCode = 1
  }
  await Promise.all(servers.map(stop))
  return [
    row(`${startsAtOnce} starts at once: serve`, "processes", won),
    row(`${startsAtOnce} starts at once: refused by name`, "processes", refused),
  ]
}

function firstLine(server: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    if (server.stdout === null) return resolve("")
    const lines = createInterface({ input: server.stdout })
    lines.once("line", resolve)
    lines.once("close", () => resolve(""))
  })
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = new Promise((resolve) => server.once("exit", resolve))
  server.kill("SIGTERM")
  await ended
}

function row(name: string, unit: string, ours: number): BenchResult {
  return { case: name, unit, ours, peer: null, peerName: null, ratio: null }
}
