/** @file Runs a job's module in a child process of its own: memory and time are bounded, it can be killed, and its memory comes back. */
import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { entryUrl } from "../base/entry.ts"
import { Fault, fault, isErrorCode } from "../base/errors.ts"
import type { Log } from "../base/log.ts"
import { type Order, type Progress, type Report, reportSchema } from "./job-module.ts"
import { readProcessMemory } from "./process-memory.ts"

export type ChildLimits = { readonly memoryBytes: number; readonly durationMs: number }

export type RunChildOptions = {
  /** The module whose `run` does the work; see JobModule. */
  readonly module: URL
  /** JSON: it goes through a pipe, so large things are files in the folder. */
  readonly input: unknown
  /** Exists already; also the child's working, home and temporary folder. */
  readonly folder: string
  readonly limits: ChildLimits
  readonly onProgress: (progress: Progress) => void
  /** Called whenever the peak of resident memory has grown, also when the run fails afterwards. */
  readonly onMemoryPeak?: (bytes: number) => void
  /** Aborted: the child is asked to stop, and killed `cancelGraceMs` later. */
  readonly signal: AbortSignal
  /** Aborted: the child is killed at once. */
  readonly killSignal?: AbortSignal
  readonly log: Log
  readonly cancelGraceMs?: number
  readonly memoryEveryMs?: number
}

export type ChildOutcome = { readonly output: unknown; readonly memoryPeakBytes: number }

const MIB = 1024 * 1024
const defaultCancelGraceMs = 3_000
const defaultMemoryEveryMs = 200
/** Enough for a stack and the line before it. */
const stderrKeptCharacters = 4_000
/** A grandchild may hold the pipes open for ever; the outcome has arrived by then. */
const closeWaitMs = 1_000
/** Timers count in 31 bits; a longer one would fire at once. */
const timerMsMax = 2 ** 31 - 1

/**
 * Throws JOB_CANCELLED, JOB_OUT_OF_MEMORY, JOB_TIMEOUT, JOB_CRASHED (no result), JOB_FAILED (an unexpected error of the
 * module), or the Fault that the module threw.
 */
export async function runChild(options: RunChildOptions): Promise<ChildOutcome> {
  if (options.signal.aborted || options.killSignal?.aborted === true) throw fault("JOB_CANCELLED", {})
  const child = startChild(options)
  const run = new ChildRun(child, options)
  try {
    return await run.outcome()
  } finally {
    run.close()
  }
}

/** Nothing of the server's environment reaches a job: no database address, no key, no Node options. */
function startChild(options: RunChildOptions): ChildProcess {
  return fork(fileURLToPath(entryUrl("child", import.meta.url)), [String(process.pid)], {
    // V8 would give up at its own, lower limit, with a crash instead of a figure.
    execArgv: [`--max-old-space-size=${Math.ceil(options.limits.memoryBytes / MIB)}`],
    env: { HOME: options.folder, TMPDIR: options.folder, LANG: "C.UTF-8", TZ: "UTC" },
    cwd: options.folder,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    serialization: "json",
  })
}

/** One child from its start to its end; the first reason to kill it is the one that is told. */
class ChildRun {
  readonly #child: ChildProcess
  readonly #options: RunChildOptions
  readonly #timers: NodeJS.Timeout[] = []
  readonly #stopWatching = new AbortController()
  #report: Exclude<Report, { type: "progress" }> | null = null
  #killedFor: Fault | null = null
  #memoryPeakBytes = 0
  #stderr = ""

  constructor(child: ChildProcess, options: RunChildOptions) {
    this.#child = child
    this.#options = options
  }

  async outcome(): Promise<ChildOutcome> {
    const ended = this.#ended()
    this.#watch()
    this.#send({
      type: "start",
      module: this.#options.module.href,
      input: this.#options.input,
      folder: this.#options.folder,
    })
    const reason = await ended
    if (this.#killedFor !== null) throw this.#killedFor
    return this.#result(reason)
  }

  close(): void {
    this.#stopWatching.abort()
    for (const timer of this.#timers) clearTimeout(timer)
    this.#child.kill("SIGKILL")
    if (this.#child.connected) this.#child.disconnect()
  }

  /** How the process ended, in words, once everything that it sent has been read. */
  #ended(): Promise<string> {
    return new Promise((resolve) => {
      this.#child.once("error", (error) => resolve(`it could not be started: ${error.message}`))
      this.#child.once("exit", (code, signal) => {
        const reason = signal === null ? `exit code ${code}` : `signal ${signal}`
        this.#child.once("close", () => resolve(reason))
        this.#timers.push(setTimeout(() => resolve(reason), closeWaitMs))
      })
    })
  }

  #watch(): void {
    const { limits, signal, killSignal } = this.#options
    const options = { once: true, signal: this.#stopWatching.signal }
    this.#child.on("message", (message) => this.#receive(message))
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-stderrKeptCharacters)
    })
    signal.addEventListener("abort", () => this.#cancel(), options)
    killSignal?.addEventListener("abort", () => this.#kill(fault("JOB_CANCELLED", {})), options)
    this.#timers.push(
      setTimeout(
        () => this.#kill(fault("JOB_TIMEOUT", { seconds: Math.round(limits.durationMs / 1000) })),
        Math.min(limits.durationMs, timerMsMax),
      ),
      setInterval(() => void this.#checkMemory(), this.#options.memoryEveryMs ?? defaultMemoryEveryMs),
    )
  }

  #receive(message: unknown): void {
    const parsed = reportSchema.safeParse(message)
    if (!parsed.success) {
      this.#options.log.warn({ pid: this.#child.pid }, "a job's process sent something that is no report")
      return
    }
    const report = parsed.data
    if (report.type === "progress") {
      this.#options.onProgress(report.progress)
      return
    }
    this.#report = report
    this.#notePeak(report.memoryPeakBytes)
  }

  /** A run blocks the child's thread, so that it may never read the request: hence the kill. */
  #cancel(): void {
    this.#killedFor ??= fault("JOB_CANCELLED", {})
    this.#send({ type: "stop" })
    this.#timers.push(
      setTimeout(() => this.#child.kill("SIGKILL"), this.#options.cancelGraceMs ?? defaultCancelGraceMs),
    )
  }

  #kill(reason: Fault): void {
    if (this.#report !== null) return
    this.#killedFor ??= reason
    this.#child.kill("SIGKILL")
  }

  async #checkMemory(): Promise<void> {
    const pid = this.#child.pid
    const memory = pid === undefined ? null : await readProcessMemory(pid)
    if (memory === null) return
    this.#notePeak(memory.peakBytes)
    if (memory.residentBytes > this.#options.limits.memoryBytes) this.#kill(this.#outOfMemory())
  }

  #notePeak(bytes: number): void {
    if (bytes <= this.#memoryPeakBytes) return
    this.#memoryPeakBytes = bytes
    this.#options.onMemoryPeak?.(bytes)
  }

  #outOfMemory(): Fault {
    return fault("JOB_OUT_OF_MEMORY", {
      peakMiB: Math.ceil(this.#memoryPeakBytes / MIB),
      limitMiB: Math.floor(this.#options.limits.memoryBytes / MIB),
    })
  }

  #result(reason: string): ChildOutcome {
    const report = this.#report
    if (report?.type === "done") return { output: report.output, memoryPeakBytes: this.#memoryPeakBytes }
    if (report?.type === "fault" && isErrorCode(report.code)) throw faultOf(report.code, report)
    const details = { module: this.#options.module.href, reason, stderr: this.#stderr }
    if (report !== null) {
      const message = report.type === "failed" ? report.message : `a fault of unknown code ${report.code}`
      this.#options.log.error({ ...details, error: message }, "a job failed unexpectedly")
      throw fault("JOB_FAILED", {})
    }
    this.#options.log.error(details, "a job's process ended without a result")
    if (this.#stderr.includes("heap out of memory")) throw this.#outOfMemory()
    throw fault("JOB_CRASHED", { reason })
  }

  #send(order: Order): void {
    // A child that is ending has closed its channel; its exit tells the rest.
    if (this.#child.connected) this.#child.send(order, () => undefined)
  }
}

function faultOf(code: Fault["code"], report: Extract<Report, { type: "fault" }>): Fault {
  const problems = report.problems.flatMap(({ code: problemCode, message, row, column }) =>
    isErrorCode(problemCode)
      ? [
          {
            code: problemCode,
            message,
            ...(row === undefined ? {} : { row }),
            ...(column === undefined ? {} : { column }),
          },
        ]
      : [],
  )
  return new Fault(code, report.parameters, { problems })
}
