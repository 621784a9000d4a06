/** @file The whole story: clients write, processes are killed at random points, the server heals, everything is counted. */
import { randomBelow, streamKey } from "../../src/evaluate/random.ts"
import { type Audit, audit, untilJobsEnd } from "./audit.ts"
import { findJobChildren, findPostmaster } from "./processes.ts"
import { type ServerEnd, SupervisedServer } from "./supervised-server.ts"
import { newNotebook, write } from "./writers.ts"

export const victims = ["server", "child", "postgres"] as const
export type Victim = (typeof victims)[number]

export type Story = Audit & {
  /** Besides the one that falls into the first start. */
  readonly kills: Readonly<Record<Victim, number>>
  readonly acknowledgedWrites: number
  readonly deployments: number
  readonly retries: number
  /** Milliseconds from start to ready; the first one makes the database and is left out. */
  readonly restartsMs: readonly number[]
  /** Answers and ends that no death explains. */
  readonly surprises: readonly string[]
}

export type StoryOptions = {
  readonly dataFolder: string
  readonly seed: number
  readonly killsOfEach: number
  readonly writers: number
  /** Longest pause before a kill; every time up to it is as likely. */
  readonly pauseMsMax: number
  /** For jobs that wait for their heartbeat to be missed. */
  readonly settleMsMax: number
}

export async function tellStory(options: StoryOptions): Promise<Story> {
  const server = new SupervisedServer(options.dataFolder)
  let isStopped = false
  try {
    const notebook = newNotebook()
    const stopWriting = new AbortController()
    const writing = Promise.all(
      Array.from({ length: options.writers }, (_, index) =>
        write({
          server,
          name: `writer-${index}`,
          seed: options.seed + index,
          notebook,
          signal: stopWriting.signal,
        }),
      ),
    )
    // When the story itself fails, stopping the server is what ends the writers.
    writing.catch(() => undefined)
    const { kills, surprises } = await killInTurn(server, options)
    stopWriting.abort()
    const client = await withTimeout(writing, options.settleMsMax).then(() => server.client())
    const jobs = await untilJobsEnd(client, options.settleMsMax)
    const found = await audit({ client, jobs, notebook, dataFolder: options.dataFolder })
    isStopped = true
    const end = await server.stop()
    surprises.push(
      ...server.ends.filter(isFailedStart).map((each) => `a start ended with ${described(each)}`),
    )
    if (end.code !== 0) surprises.push(`an orderly stop ended with ${described(end)}`)
    return {
      ...found,
      kills,
      acknowledgedWrites: notebook.acknowledged.length + notebook.deployed.length,
      deployments: notebook.deployed.length,
      retries: notebook.retries,
      restartsMs: server.startsMs.slice(1),
      surprises: [...surprises, ...notebook.surprises],
    }
  } finally {
    if (!isStopped) await server.stop().catch(() => undefined)
  }
}

/** About what making the database takes. */
const firstStartMs = 3_000

type Random = (below: number) => number

function randomOf(seed: number): Random {
  const key = streamKey({ seed, stream: 0 })
  let counter = 0
  return (below) => randomBelow(key, counter++, below)
}

async function killInTurn(server: SupervisedServer, options: StoryOptions) {
  const random = randomOf(options.seed)
  const kills = { server: 0, child: 0, postgres: 0 }
  const surprises: string[] = []
  // The first start makes the database: half-made is a state that others must not trip over.
  await pause(random(firstStartMs))
  await killServer(server)
  for (const victim of shuffled(random, options.killsOfEach)) {
    // One kill in four falls into a start, which has to survive it as well.
    if (victim !== "server" || random(4) > 0) await server.client()
    await pause(random(options.pauseMsMax))
    await killers[victim](server, random, surprises)
    kills[victim] += 1
  }
  return { kills, surprises }
}

function shuffled(random: Random, ofEach: number): Victim[] {
  const order = victims.flatMap((victim) => new Array<Victim>(ofEach).fill(victim))
  return order
    .map((victim) => ({ victim, place: random(2 ** 31) }))
    .sort((a, b) => a.place - b.place)
    .map(({ victim }) => victim)
}

type Killer = (server: SupervisedServer, random: Random, surprises: string[]) => Promise<void>

const killers: Readonly<Record<Victim, Killer>> = {
  server: killServer,
  child: killChild,
  postgres: killPostgres,
}

async function killServer(server: SupervisedServer): Promise<void> {
  await server.kill()
}

/** A job's child is killed somewhere in its life; the writers see to it that there is one again and again. */
async function killChild(server: SupervisedServer, random: Random): Promise<void> {
  const deadlineMs = performance.now() + childWaitMsMax
  for (;;) {
    await untilChild(server, deadlineMs)
    await pause(random(childLifeMs))
    const [pid] = await findJobChildren(server.pid)
    if (pid !== undefined && isKilled(pid)) return
  }
}

/** False when it ended by itself just before. */
function isKilled(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL")
  } catch {
    return false
  }
}

const childWaitMsMax = 60_000
/** About what an import or a training of the writers takes. */
const childLifeMs = 1_500

async function untilChild(server: SupervisedServer, deadlineMs: number): Promise<void> {
  while ((await findJobChildren(server.pid)).length === 0) {
    if (performance.now() > deadlineMs) throw new Error("no job has been running for a minute")
    await pause(20)
  }
}

/** Without its lock the server must not go on: it has to end by itself, with a sentence and a failing exit code. */
async function killPostgres(server: SupervisedServer, _random: Random, surprises: string[]): Promise<void> {
  const pid = await findPostmaster(server.dataFolder)
  if (pid === null) throw new Error("there is no postmaster.pid")
  const ending = server.end()
  process.kill(pid, "SIGKILL")
  const end = await ending
  const isClear = end.code === 1 && end.lastWords.includes("Start it again")
  if (!isClear) surprises.push(`PostgreSQL died, and the server ended with ${described(end)}`)
}

/** Nobody killed it, yet it was never ready. */
function isFailedStart({ signal, wasReady }: ServerEnd): boolean {
  return !wasReady && signal !== "SIGKILL"
}

function described({ code, signal, lastWords }: ServerEnd): string {
  return `${signal ?? `code ${code}`}: ${lastWords.slice(-500)}`
}

async function withTimeout<Result>(work: Promise<Result>, waitMsMax: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("writers that never finish")), waitMsMax)
  })
  return await Promise.race([work, late]).finally(() => clearTimeout(timer))
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs))
}
