/** @file What a job's child may do and how it ends: by result, fault, crash, limits, cancel, and the death of its parent. */
import assert from "node:assert"
import { spawn } from "node:child_process"
import { EventEmitter, once } from "node:events"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PassThrough } from "node:stream"
import { type TestContext, test } from "node:test"
import { fileURLToPath } from "node:url"
import { entryUrl } from "../../src/base/entry.ts"
import { type Fault, isFault } from "../../src/base/errors.ts"
import { createLog } from "../../src/base/log.ts"
import type { Progress } from "../../src/jobs/job-module.ts"
import { readProcessMemory } from "../../src/jobs/process-memory.ts"
import { type RunChildOptions, runChild } from "../../src/jobs/run-child.ts"

const MIB = 1024 * 1024
const succeed = childModule("succeed")
const misbehave = childModule("misbehave")

test("a job's output, progress, files and peak of memory come back", async (t) => {
  const { options, reports, folder } = setUp(t, { module: succeed, input: { rows: [1, null, "ä"] } })
  const { output, memoryPeakBytes } = await runChild(options)
  assert.partialDeepStrictEqual(output, { input: { rows: [1, null, "ä"] }, folder })
  assert.deepStrictEqual(
    reports.map((report) => report.message),
    [null, "half way"],
  )
  assert(existsSync(join(folder, "made.txt")))
  assert(memoryPeakBytes > 20 * MIB && memoryPeakBytes < 400 * MIB, String(memoryPeakBytes))
})

test("nothing of the server's environment reaches the child", async (t) => {
  const { options } = setUp(t, { module: succeed, input: null })
  const { output } = await runChild(options)
  const channel = ["NODE_CHANNEL_FD", "NODE_CHANNEL_SERIALIZATION_MODE", "NODE_CHANNEL_UNSAFE_FD"]
  assert(typeof output === "object" && output !== null && "environment" in output)
  assert(Array.isArray(output.environment))
  assert.deepStrictEqual(
    output.environment.filter((name) => !channel.includes(String(name))),
    ["HOME", "LANG", "TMPDIR", "TZ"],
  )
})

test("a fault of the job comes across with its code, parameters and problems", async (t) => {
  const { options } = setUp(t, { module: misbehave, input: "fault" })
  const error = await failureOf(options)
  assert.strictEqual(error.code, "CONFIG_INVALID")
  assert.deepStrictEqual(error.parameters, { name: "seed", got: "-1", expected: "a whole number" })
  assert.deepStrictEqual(error.problems, [{ code: "CONFIG_INVALID", message: "not whole", row: 3 }])
})

test("an unexpected error is JOB_FAILED to the user, and its text is in the log only", async (t) => {
  const { options, logged } = setUp(t, { module: misbehave, input: "error" })
  const error = await failureOf(options)
  assert.strictEqual(error.code, "JOB_FAILED")
  assert(!error.message.includes("secret detail"))
  assert(logged().includes("secret detail"))
})

test("a module that exports no run is JOB_FAILED", async (t) => {
  const { options, logged } = setUp(t, {
    module: entryUrl("../../src/base/clock", import.meta.url),
    input: null,
  })
  assert.strictEqual((await failureOf(options)).code, "JOB_FAILED")
  assert(logged().includes("exports no function named run"))
})

test("a process that exits or is aborted without a result is JOB_CRASHED, its last lines in the log", async (t) => {
  const exited = setUp(t, { module: misbehave, input: "exit" })
  const error = await failureOf(exited.options)
  assert.deepStrictEqual([error.code, error.parameters], ["JOB_CRASHED", { reason: "exit code 7" }])
  assert(exited.logged().includes("last words"))
  const aborted = await failureOf(setUp(t, { module: misbehave, input: "abort" }).options)
  assert.deepStrictEqual([aborted.code, aborted.parameters], ["JOB_CRASHED", { reason: "signal SIGABRT" }])
})

test("memory outside V8's heap above the limit ends the job, and the peak is told", async (t) => {
  const { options, peaks } = setUp(t, { module: misbehave, input: "hold memory", memoryMiB: 200 })
  const error = await failureOf(options)
  assert.strictEqual(error.code, "JOB_OUT_OF_MEMORY")
  assert.strictEqual(error.parameters.limitMiB, 200)
  assert(Number(error.parameters.peakMiB) >= 200)
  assert((peaks.at(-1) ?? 0) >= 200 * MIB)
})

test("a full V8 heap is out of memory as well, not a crash", async (t) => {
  const { options } = setUp(t, {
    module: misbehave,
    input: "fill the heap",
    memoryMiB: 100,
    memoryEveryMs: 60_000,
  })
  assert.strictEqual((await failureOf(options)).code, "JOB_OUT_OF_MEMORY")
})

test("a job beyond its time is JOB_TIMEOUT even while it blocks its thread", async (t) => {
  const { options } = setUp(t, { module: misbehave, input: "block", durationMs: 700 })
  assert.strictEqual((await failureOf(options)).code, "JOB_TIMEOUT")
})

test("a cancelled job may stop by itself", async (t) => {
  const { options, cancel, firstReport } = setUp(t, {
    module: misbehave,
    input: "obey",
    cancelGraceMs: 60_000,
  })
  const failure = failureOf(options)
  await firstReport
  cancel.abort()
  assert.strictEqual((await failure).code, "JOB_CANCELLED")
})

test("a cancelled job that blocks its thread is killed after the grace", async (t) => {
  const { options, cancel, firstReport } = setUp(t, { module: misbehave, input: "block", cancelGraceMs: 100 })
  const failure = failureOf(options)
  await firstReport
  cancel.abort()
  assert.strictEqual((await failure).code, "JOB_CANCELLED")
})

test("the kill signal ends a job without any grace, and an aborted signal starts none", async (t) => {
  const kill = new AbortController()
  const { options, firstReport } = setUp(t, { module: misbehave, input: "block", cancelGraceMs: 60_000 })
  const failure = failureOf({ ...options, killSignal: kill.signal })
  await firstReport
  kill.abort()
  assert.strictEqual((await failure).code, "JOB_CANCELLED")
  assert.strictEqual((await failureOf({ ...options, killSignal: kill.signal })).code, "JOB_CANCELLED")
})

test("a child whose parent was killed ends, even while it blocks its thread", async (t) => {
  const { folder } = setUp(t, { module: misbehave, input: "block" })
  const parent = spawn(
    process.execPath,
    [fileURLToPath(entryUrl("./children/parent", import.meta.url)), folder],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  )
  t.after(() => parent.kill("SIGKILL"))
  const [line]: unknown[] = await once(parent.stdout.setEncoding("utf8"), "data")
  const childPid = Number(line)
  assert((await readProcessMemory(childPid)) !== null)
  parent.kill("SIGKILL")
  await t.waitFor(async () => assert.strictEqual(await readProcessMemory(childPid), null), {
    timeout: 10_000,
  })
})

test("a child whose folder is gone before it is ready runs nothing", async (t) => {
  const { options, folder, reports } = setUp(t, { module: misbehave, input: "block" })
  const failure = failureOf(options)
  rmSync(folder, { recursive: true })
  assert.strictEqual((await failure).code, "JOB_CRASHED")
  assert.deepStrictEqual(reports, [])
})

type SetUp = {
  readonly options: RunChildOptions
  readonly folder: string
  readonly reports: readonly Progress[]
  readonly peaks: readonly number[]
  readonly firstReport: Promise<unknown>
  readonly cancel: AbortController
  readonly logged: () => string
}

function setUp(
  t: TestContext,
  job: {
    readonly module: URL
    readonly input: unknown
    readonly memoryMiB?: number
    readonly memoryEveryMs?: number
    readonly durationMs?: number
    readonly cancelGraceMs?: number
  },
): SetUp {
  const folder = mkdtempSync(join(tmpdir(), "quernstone-child-"))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const destination = new PassThrough()
  const log = createLog({ level: "info", destination })
  const reports: Progress[] = []
  const peaks: number[] = []
  const cancel = new AbortController()
  const first = new EventEmitter()
  return {
    folder,
    reports,
    peaks,
    firstReport: once(first, "report"),
    cancel,
    logged: () => String(destination.read() ?? ""),
    options: {
      module: job.module,
      input: job.input,
      folder,
      limits: { memoryBytes: (job.memoryMiB ?? 1024) * MIB, durationMs: job.durationMs ?? 60_000 },
      onProgress: (progress) => {
        reports.push(progress)
        first.emit("report")
      },
      onMemoryPeak: (bytes) => peaks.push(bytes),
      signal: cancel.signal,
      log,
      memoryEveryMs: job.memoryEveryMs ?? 50,
      cancelGraceMs: job.cancelGraceMs ?? 3_000,
    },
  }
}

async function failureOf(options: RunChildOptions): Promise<Fault> {
  const error: unknown = await runChild(options).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  assert(isFault(error), String(error))
  return error
}

function childModule(name: string): URL {
  return entryUrl(`children/${name}`, import.meta.url)
}
