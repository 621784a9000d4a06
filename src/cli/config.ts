/** @file `quernstone config`: every setting with its value, where the value comes from, and its meaning. */
import type { Command } from "commander"

import { readConfiguration } from "../base/config.ts"
import { addCommand } from "./command.ts"
import type { Context } from "./context.ts"
import { padText } from "./text.ts"

const nameWidth = 46
const valueWidth = 20

export function addConfig(program: Command, context: Context): void {
  const { terminal, environment, isRoot } = context
  const { say, language } = terminal
  addCommand(program, context, {
    usage: "config",
    summary: say("configSummary"),
    examples: ["quernstone config", "QUERNSTONE_PORT=8080 quernstone config --json"],
  }).action(() => {
    const { lines } = readConfiguration({ environment, flags: {}, isRoot })
    terminal.result({
      settings: lines.map(({ name, value, source, unit, ...meaning }) => {
        return { name, value, source, unit, meaning: meaning[language] }
      }),
    })
    const sources = {
      default: say("sourceDefault"),
      environment: say("sourceEnvironment"),
      flag: say("sourceFlag"),
    }
    for (const line of lines) {
      const head = [
        padText(line.name, { width: nameWidth, side: "left" }),
        padText(line.value, { width: valueWidth, side: "left" }),
        sources[line.source],
      ]
      terminal.line(head.join(" "), { whole: true })
      terminal.line(`    ${line[language]} (${line.unit})`)
    }
  })
}
