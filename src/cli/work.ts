/** @file `quernstone work`: takes jobs from an outside database's queue, without doors. */
import type { Command } from "commander"

import { readConfiguration } from "../base/config.ts"
import { logLevels } from "../base/log.ts"
import { addCommand, choice, wholeNumber } from "./command.ts"
import type { Context } from "./context.ts"
import { openLog } from "./local-server.ts"

type WorkOptions = { readonly data?: string; readonly workers?: number; readonly logLevel?: string }

export function addWork(program: Command, context: Context): void {
  const { terminal, environment, isRoot, signal, holdInterrupt } = context
  const { say } = terminal
  addCommand(program, context, {
    usage: "work",
    summary: say("workSummary"),
    examples: ["DATABASE_URL=postgresql://... quernstone work --workers 4"],
  })
    .option("--data <folder>", say("optionData"))
    .addOption(choice("--log-level <level>", say("optionLogLevel"), logLevels, terminal))
    .addOption(wholeNumber("--workers <count>", say("optionWorkers"), { least: 1, most: 256 }, terminal))
    .action(async ({ data, workers, logLevel }: WorkOptions) => {
      const flags = {
        ...(data === undefined ? {} : { dataFolder: data }),
        ...(workers === undefined ? {} : { workers: String(workers) }),
        ...(logLevel === undefined ? {} : { logLevel }),
      }
      const { configuration } = readConfiguration({ environment, flags, isRoot })
      const { startWorker } = await import("../main.ts")
      const worker = await startWorker(configuration, { log: openLog(context, configuration) })
      const release = holdInterrupt()
      terminal.result({ ready: true, workers: configuration.workers, pid: process.pid })
      terminal.line(say("workReady", { workers: configuration.workers }))
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }))
      terminal.note(say("stopping"))
      await worker.close()
      release()
    })
}
