/** @file Entry of a job's child process: imports the job's module, runs it, reports progress and outcome through the channel. */
import { once } from "node:events"
import { Worker } from "node:worker_threads"
import { entryUrl } from "../base/entry.ts"
import { isFault } from "../base/errors.ts"
import { type Order, orderSchema, type Progress, type Report } from "./job-module.ts"
import { readProcessMemory } from "./process-memory.ts"

/** Nobody reads faster, and each report costs the parent a message. */
const progressEveryMs = 100

let stopRequested = false

// A terminal's Ctrl-C and a service manager's stop reach the whole group; the parent decides what becomes of us.
process.on("SIGINT", () => undefined)
process.on("SIGTERM", () => undefined)
process.on("disconnect", end)
process.on("message", (message) => {
  const order = orderSchema.parse(message)
  if (order.type === "stop") stopRequested = true
  else
    runModule(order).catch((error: unknown) =>
      exitWith({ type: "failed", message: stackOf(error), memoryPeakBytes: 0 }),
    )
})
const watchdog = new Worker(entryUrl("child-watchdog", import.meta.url), {
  workerData: Number(process.argv[2]),
})
watchdog.unref()
watchdog.on("error", end)
const watching = once(watchdog, "message")

async function runModule(order: Extract<Order, { type: "start" }>): Promise<void> {
  // Not a step without the watchdog: it cannot even start once the folder is gone, and then nobody would end a blocked thread.
  await watching
  const outcome = await outcomeOf(order)
  exitWith({ ...outcome, memoryPeakBytes: (await readProcessMemory("self"))?.peakBytes ?? 0 })
}

type Outcome =
  | Omit<Extract<Report, { type: "done" }>, "memoryPeakBytes">
  | Omit<Extract<Report, { type: "fault" }>, "memoryPeakBytes">
  | Omit<Extract<Report, { type: "failed" }>, "memoryPeakBytes">

async function outcomeOf(order: Extract<Order, { type: "start" }>): Promise<Outcome> {
  try {
    const loaded: { run?: unknown } = await import(order.module)
    if (typeof loaded.run !== "function") throw new Error(`${order.module} exports no function named run`)
    const output: unknown = await loaded.run(order.input, {
      folder: order.folder,
      progress: throttledProgress(),
      shouldStop: () => stopRequested,
    })
    return { type: "done", output: output ?? null }
  } catch (error) {
    if (!isFault(error)) return { type: "failed", message: stackOf(error) }
    return {
      type: "fault",
      code: error.code,
      parameters: { ...error.parameters },
      problems: [...error.problems],
    }
  }
}

/** Passes on the first report of a phase, its last one, and in between at most ten a second. */
function throttledProgress(): (progress: Progress) => void {
  let phase: string | null = null
  let sentAtMs = 0
  return (progress) => {
    const nowMs = performance.now()
    const isEdge = progress.phase !== phase || progress.done === progress.total
    if (!isEdge && nowMs - sentAtMs < progressEveryMs) return
    phase = progress.phase
    sentAtMs = nowMs
    send({ type: "progress", progress })
  }
}

function exitWith(report: Report): void {
  send(report, end)
}

/**
 * A module may leave handles, threads and promises behind. An orderly exit would run what is left of them, and native
 * teardown as well; the outcome is in the pipe by now, or nobody wants it.
 */
function end(): void {
  process.kill(process.pid, "SIGKILL")
}

function send(report: Report, onSent: () => void = () => undefined): void {
  // Without a channel the parent is gone: nobody waits for the outcome.
  if (process.send === undefined || !process.connected) end()
  else process.send(report, undefined, undefined, onSent)
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
