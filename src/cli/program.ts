/** @file The command line: every command of `quernstone`, put together. */
import { Command, CommanderError, type OutputConfiguration } from "commander"
import { choice, configureProgram } from "./command.ts"
import { addConfig } from "./config.ts"
import type { Context } from "./context.ts"
import { addDataset } from "./dataset.ts"
import { addDeploy } from "./deploy.ts"
import { addDoctor } from "./doctor.ts"
import { addEndpoint } from "./endpoint.ts"
import { addJob } from "./job.ts"
import { addKey } from "./key.ts"
import { addMigrate } from "./migrate.ts"
import { addModel } from "./model.ts"
import { packageVersion } from "./package-version.ts"
import { addPredict } from "./predict.ts"
import { runInTerminal } from "./process-context.ts"
import { addStatus } from "./status.ts"
import { addTrain } from "./train.ts"
import { addUp } from "./up.ts"
import { addWork } from "./work.ts"

/** The entry of bin/quernstone.js: sets the exit status, never throws. */
export function runProgram(words: readonly string[]): Promise<void> {
  return runInTerminal(words, async (context) => {
    try {
      await buildProgram(context).parseAsync(words, { from: "user" })
    } catch (error) {
      // Help and version have been printed and are no failure.
      if (error instanceof CommanderError && error.exitCode === 0) return
      throw error
    }
  })
}

/** All commands; `output` catches what commander prints, for tests. */
export function buildProgram(context: Context, output: OutputConfiguration = {}): Command {
  const { terminal } = context
  const { say } = terminal
  const program = new Command("quernstone").description(say("programSummary"))
  configureProgram(program, terminal)
  program.configureOutput(output)
  program
    .version(packageVersion(), "-V, --version", say("optionVersion"))
    .option("--json", say("optionJson"))
    .addOption(choice("--lang <language>", say("optionLanguage"), ["en", "zh"], terminal))
    .addHelpText("after", `\n${say("helpStart")}\n  quernstone train your-file.csv --target COLUMN --serve`)
  addUp(program, context)
  addTrain(program, context)
  addDeploy(program, context)
  addPredict(program, context)
  addStatus(program, context)
  addDataset(program, context)
  addModel(program, context)
  addEndpoint(program, context)
  addJob(program, context)
  addKey(program, context)
  addConfig(program, context)
  addDoctor(program, context)
  addMigrate(program, context)
  addWork(program, context)
  return program
}
