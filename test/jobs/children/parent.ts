/** @file A process that runs a blocking job, prints the child's pid once it blocks, and waits to be killed. */
import { readdirSync, readFileSync } from "node:fs"
import { entryUrl } from "../../../src/base/entry.ts"
import { createLog } from "../../../src/base/log.ts"
import { runChild } from "../../../src/jobs/run-child.ts"

await runChild({
  module: entryUrl("misbehave", import.meta.url),
  input: "block",
  folder: process.argv[2] ?? "/",
  limits: { memoryBytes: 2 ** 30, durationMs: 60_000 },
  onProgress: () => process.stdout.write(`${childPid()}\n`),
  signal: new AbortController().signal,
  log: createLog({ level: "silent", destination: process.stderr }),
})

/** The one process whose parent is this one. */
function childPid(): number {
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${entry}/stat`, "utf8"))?.[1]
      if (Number(parent) === process.pid) return Number(entry)
    } catch {
      // Gone meanwhile.
    }
  }
  return 0
}
