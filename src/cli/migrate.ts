/** @file `quernstone migrate`: brings the database's tables to this version, or prints the SQL for an administrator. */
import type { Command } from "commander"

import { readConfiguration } from "../base/config.ts"
import { addCommand } from "./command.ts"
import type { Context } from "./context.ts"
import { openLog } from "./local-server.ts"

export function addMigrate(program: Command, context: Context): void {
  const { terminal, environment, isRoot } = context
  const { say } = terminal
  addCommand(program, context, {
    usage: "migrate",
    summary: say("migrateSummary"),
    examples: [
      "DATABASE_OWNER_URL=postgresql://... quernstone migrate",
      "quernstone migrate --print > migrate.sql",
    ],
  })
    .option("--data <folder>", say("optionData"))
    .option("--print", say("optionPrint"))
    .action(async ({ data, print }: { readonly data?: string; readonly print?: boolean }) => {
      const flags = data === undefined ? {} : { dataFolder: data }
      const { configuration } = readConfiguration({ environment, flags, isRoot })
      const { migrateDatabase } = await import("../main.ts")
      const log = openLog(context, configuration)
      const { applied, sql } = await migrateDatabase(configuration, { log, print: print === true })
      terminal.result({ applied, sql })
      if (sql !== null) terminal.line(sql, { whole: true })
      else terminal.line(say("migrated", { count: applied.length, names: applied.join(", ") || "-" }))
    })
}
