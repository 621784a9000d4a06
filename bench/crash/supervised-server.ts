/** @file `quernstone up` in a process of its own on one folder, started again whenever it ends: what a service manager does. */
import { type ChildProcess, spawn } from "node:child_process"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

import { type Client, createClient } from "../../client/src/index.ts"

export const root = fileURLToPath(new URL("../../../", import.meta.url))

/** How a process of the server ended; `wasReady` is false for one that died while it started. */
export type ServerEnd = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly wasReady: boolean
  readonly lastWords: string
}

/** A start that takes longer has hung. */
const readyMsMax = 60_000
const endMsMax = 60_000
/** Several starts in a row may be killed; beyond this it cannot start any more. */
const healMsMax = 180_000
const restartPauseMs = 100
const keptCharacters = 4_000

type Life = {
  readonly process: ChildProcess
  readonly ready: Promise<Client | null>
  readonly ended: Promise<ServerEnd>
}

export class SupervisedServer {
  /** Milliseconds from each start that was not killed before it was ready. */
  readonly startsMs: number[] = []
  readonly ends: ServerEnd[] = []
  readonly dataFolder: string
  #life: Life
  #isStopping = false
  #supervising: Promise<void>

  constructor(dataFolder: string) {
    this.dataFolder = dataFolder
    this.#life = this.#start()
    this.#supervising = this.#supervise()
  }

  /** Of the process that lives now, ready or not. */
  get pid(): number {
    return this.#life.process.pid ?? 0
  }

  /** The client of a server that is ready; waits through deaths. Throws once it is being stopped, and when it does not heal. */
  async client(): Promise<Client> {
    const deadlineMs = performance.now() + healMsMax
    for (;;) {
      if (performance.now() > deadlineMs)
        throw new Error(`the server does not heal: ${this.ends.at(-1)?.lastWords}`)
      if (this.#isStopping) throw new Error("the server is being stopped")
      const client = await this.#life.ready
      if (client !== null && !this.#hasEnded()) return client
      await pause(restartPauseMs)
    }
  }

  /** kill -9, ready or not. */
  async kill(): Promise<ServerEnd> {
    await this.#untilAlive()
    const ending = this.end()
    this.#life.process.kill("SIGKILL")
    return await ending
  }

  /** Resolves when the process that lives now has ended; rejects when it does not, which is a server that hangs. */
  async end(): Promise<ServerEnd> {
    const { ended } = this.#life
    const timeout = new AbortController()
    const late = new Promise<never>((_resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("the server neither recovers nor ends")), endMsMax)
      timeout.signal.addEventListener("abort", () => clearTimeout(timer))
    })
    return await Promise.race([ended, late]).finally(() => timeout.abort())
  }

  /** Orderly, by SIGTERM; the last of its ends. */
  async stop(): Promise<ServerEnd> {
    await this.#untilAlive()
    await this.#life.ready
    this.#isStopping = true
    this.#life.process.kill("SIGTERM")
    const end = await this.end().catch((error: unknown) => {
      this.#life.process.kill("SIGKILL")
      throw error
    })
    await this.#supervising
    return end
  }

  async #supervise(): Promise<void> {
    for (;;) {
      this.ends.push(await this.#life.ended)
      if (!this.#isStopping) await pause(restartPauseMs)
      if (this.#isStopping) return
      this.#life = this.#start()
    }
  }

  /** Between two lives there is nothing to kill. */
  async #untilAlive(): Promise<void> {
    while (this.#hasEnded() && !this.#isStopping) await pause(restartPauseMs)
  }

  #hasEnded(): boolean {
    const { exitCode, signalCode } = this.#life.process
    return exitCode !== null || signalCode !== null
  }

  #start(): Life {
    const startedMs = performance.now()
    const words = ["up", "--json", "--port", "0", "--data", this.dataFolder]
    const server = spawn(process.execPath, [join(root, "bin", "quernstone.js"), ...words], {
      cwd: root,
      env: {
        PATH: process.env.PATH ?? "",
        LANG: "C.UTF-8",
        // Jobs are killed here more often than any machine fails: none may be given up for that.
        QUERNSTONE_LIMIT_JOB_ATTEMPTS_MAX: "100",
        QUERNSTONE_LIMIT_DRAIN_MS_MAX: "2000",
      },
      stdio: ["ignore", "pipe", "pipe"],
    })
    let lastWords = ""
    server.stderr.setEncoding("utf8").on("data", (text: string) => {
      lastWords = (lastWords + text).slice(-keptCharacters)
    })
    let wasReady = false
    const ended = new Promise<ServerEnd>((resolve) => {
      server.once("close", (code, signal) => resolve({ code, signal, wasReady, lastWords }))
    })
    const ready = firstLine(server).then(async (line) => {
      if (line === null) return null
      wasReady = true
      this.startsMs.push(performance.now() - startedMs)
      return createClient({ url: JSON.parse(line).url, key: await this.#adminKey(), retries: 0 })
    })
    return { process: server, ready, ended }
  }

  async #adminKey(): Promise<string> {
    return JSON.parse(await readFile(join(this.dataFolder, "keys", "admin.json"), "utf8")).key
  }
}

/** Null when the process ends without a line; one that gives none in time has hung, and is killed. */
function firstLine(server: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    if (server.stdout === null) return resolve(null)
    const timer = setTimeout(() => server.kill("SIGABRT"), readyMsMax)
    const lines = createInterface({ input: server.stdout })
    lines.once("line", (line) => {
      clearTimeout(timer)
      resolve(line.includes('"ready":true') ? line : null)
    })
    lines.once("close", () => {
      clearTimeout(timer)
      resolve(null)
    })
  })
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs))
}
