/** @file `quernstone status`: what the server says of itself. */
import type { Command } from "commander"

import { addCommand, withServer } from "./command.ts"
import { type Context, connect, type ServerOptions } from "./context.ts"
import { localTime } from "./quantities.ts"
import { plainText } from "./text.ts"

export function addStatus(program: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  const command = addCommand(program, context, {
    usage: "status",
    summary: say("statusSummary"),
    examples: ["quernstone status", "quernstone status --json"],
  })
  withServer(command, context).action(async (options: ServerOptions) => {
    const { client, url } = await connect(context, options)
    const state = await client.getServer()
    terminal.result({ url, ...state })
    terminal.line(say("statusTitle", { version: state.version, url, since: localTime(state.startedAt) }))
    const database = state.database.mode === "embedded" ? say("databaseEmbedded") : say("databaseOutside")
    terminal.line(say(state.database.reachable ? "statusDatabase" : "statusDatabaseAway", { database }))
    terminal.line(state.authentication === "on" ? say("statusKeysOn") : say("statusKeysOff"))
    const { endpoints, runningJobs, memoryBytes } = state
    terminal.line(
      say("statusCounts", { endpoints, jobs: runningJobs, memory: Math.round(memoryBytes / 2 ** 20) }),
    )
    for (const warning of state.warnings) terminal.line(say("warningLine", { warning: plainText(warning) }))
  })
}
