/** @file `quernstone doctor`: is everything here that a server needs, and what to do where it is not. */
import type { Command } from "commander"

import { readConfiguration } from "../base/config.ts"
import { addCommand, withServer } from "./command.ts"
import { type Context, connect, type ServerOptions } from "./context.ts"
import {
  checkClock,
  checkDataFolder,
  checkDisk,
  checkNode,
  checkPlatform,
  checkPort,
  type Finding,
} from "./doctor-machine.ts"
import { checkDuckDb, checkOnnxRuntime, checkPostgres } from "./doctor-native.ts"
import { checkServer } from "./doctor-server.ts"
import { exits, Failure } from "./failure.ts"
import { padText } from "./text.ts"

const markWidth = 6

export function addDoctor(program: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  const command = addCommand(program, context, {
    usage: "doctor",
    summary: say("doctorSummary"),
    examples: ["quernstone doctor", "quernstone doctor --json"],
  })
  withServer(command, context).action(async (options: ServerOptions) => {
    const findings = await examine(context, options)
    terminal.result({ checks: findings })
    const marks = { ok: say("markOk"), warn: say("markWarn"), fail: say("markFail") }
    for (const { check, state, found, advice } of findings) {
      const mark = padText(marks[state], { width: markWidth, side: "left" })
      terminal.line(`${mark}${say(checkNames[check])}: ${found}`)
      if (advice !== null) terminal.line(`${" ".repeat(markWidth)}${advice}`)
    }
    const failed = findings.filter(({ state }) => state === "fail").length
    if (failed > 0) throw new Failure("DOCTOR_FAILED", say("doctorFailed", { count: failed }), exits.failed)
    terminal.line(say("doctorFine"))
  })
}

const checkNames = {
  node: "checkNode",
  platform: "checkPlatform",
  dataFolder: "checkDataFolder",
  port: "checkPort",
  disk: "checkDisk",
  onnxRuntime: "checkOnnxRuntime",
  duckDb: "checkDuckDb",
  postgres: "checkPostgres",
  server: "checkServer",
  clock: "checkClock",
} as const

async function examine(context: Context, options: ServerOptions): Promise<Finding[]> {
  const { environment, isRoot, terminal } = context
  const { configuration } = readConfiguration({ environment, flags: {}, isRoot })
  const server = await connect(context, options)
  return Promise.all([
    checkNode(terminal),
    checkPlatform(terminal, configuration),
    checkDataFolder(terminal, { configuration, isRoot }),
    checkPort(terminal, configuration),
    checkDisk(terminal, configuration),
    checkOnnxRuntime(terminal),
    checkDuckDb(terminal),
    checkPostgres(terminal, configuration),
    checkServer(terminal, server),
    checkClock(terminal, server.url),
  ])
}
