/** @file Commands on top of commander: our help (two languages, wide characters), our errors, our shared options. */
import { type Command, type CommanderError, Option } from "commander"

import { nearestOf } from "../base/config.ts"
import type { Context } from "./context.ts"
import { exits, Failure } from "./failure.ts"
import type { Terminal } from "./terminal.ts"
import { textWidth, wrapText } from "./text.ts"

/** A command below `parent`, with its description and with examples that end its help. */
export function addCommand(
  parent: Command,
  context: Context,
  details: { readonly usage: string; readonly summary: string; readonly examples: readonly string[] },
): Command {
  const { terminal } = context
  const command = parent.command(details.usage).description(details.summary).helpCommand(false)
  command.exitOverride((error) => {
    throw usageFailure(error, command, terminal)
  })
  const examples = details.examples.map((example) => `  ${example}`).join("\n")
  return examples === ""
    ? command
    : command.addHelpText("after", `\n${terminal.say("helpExamples")}\n${examples}`)
}

/** --url and --key, for commands that speak to a server. */
export function withServer(command: Command, { terminal: { say } }: Context): Command {
  return command.option("--url <url>", say("optionUrl")).option("--key <key>", say("optionKey"))
}

const shortChoiceMax = 3

/** An option that takes one of few words. */
export function choice(
  flags: string,
  description: string,
  values: readonly string[],
  { say }: Terminal,
): Option {
  // A long list must be able to wrap.
  const choices = values.join(values.length > shortChoiceMax ? ", " : "|")
  const option = new Option(flags, `${description} (${choices})`)
  return option.argParser((value) => {
    if (values.includes(value)) return value
    throw usage(say("usageChoice", { option: option.long ?? flags, value, choices: values.join(", ") }))
  })
}

/** An option that takes a whole number from `least` to `most`. */
export function wholeNumber(
  flags: string,
  description: string,
  { least, most }: { readonly least: number; readonly most: number },
  { say }: Terminal,
): Option {
  const option = new Option(flags, description)
  return option.argParser((value) => {
    const number = Number(value)
    if (/^\d+$/.test(value) && number >= least && number <= most) return number
    throw usage(say("usageNumber", { option: option.long ?? flags, value, least, most }))
  })
}

/** An option that takes a number from `least` to `most`. */
export function decimalNumber(
  flags: string,
  description: string,
  { least, most }: { readonly least: number; readonly most: number },
  { say }: Terminal,
): Option {
  const option = new Option(flags, description)
  return option.argParser((value) => {
    const number = value.trim() === "" ? Number.NaN : Number(value)
    if (number >= least && number <= most) return number
    throw usage(say("usageDecimal", { option: option.long ?? flags, value, least, most }))
  })
}

/** For options that may be given several times, or once with commas. */
export function collect(value: string, earlier: readonly string[] | undefined): string[] {
  return [...(earlier ?? []), ...value.split(",").map((part) => part.trim())].filter((part) => part !== "")
}

export function usage(message: string): Failure {
  return new Failure("USAGE", message, exits.usage)
}

/** Help in the reader's language, as wide as the terminal. */
export function configureProgram(program: Command, terminal: Terminal): void {
  const { say } = terminal
  const titles = new Map([
    ["Usage:", say("helpUsage")],
    ["Arguments:", say("helpArguments")],
    ["Options:", say("helpOptions")],
    ["Global Options:", say("helpGlobalOptions")],
    ["Commands:", say("helpCommands")],
  ])
  program.configureHelp({
    showGlobalOptions: true,
    displayWidth: textWidth,
    boxWrap: (text, width) => wrapText(text, width),
    styleTitle: (title) => titles.get(title) ?? title,
  })
  program.configureOutput({ outputError: () => undefined })
  program.helpOption("-h, --help", say("optionHelp")).helpCommand(false)
  program.exitOverride((error) => {
    throw usageFailure(error, program, terminal)
  })
}

/** Commander's English sentences become ours; help and version pass through. */
function usageFailure(error: CommanderError, command: Command, { say }: Terminal): Error {
  const [, word = ""] = /'([^']*)'/.exec(error.message) ?? []
  const name = fullName(command)
  if (error.code === "commander.unknownCommand")
    return usage(
      say("usageUnknownCommand", {
        word,
        name,
        nearest: nearestOf(
          word,
          command.commands.map((known) => known.name()),
        ),
      }),
    )
  if (error.code === "commander.unknownOption")
    return usage(say("usageUnknownOption", { word, name, nearest: nearestOf(word, optionNames(command)) }))
  if (error.code === "commander.missingArgument")
    return usage(say("usageMissingArgument", { word: word.toUpperCase(), name }))
  if (error.code === "commander.optionMissingArgument") return usage(say("usageMissingValue", { word, name }))
  if (error.code === "commander.missingMandatoryOptionValue")
    return usage(say("usageMissingOption", { word, name }))
  if (error.code === "commander.excessArguments")
    return usage(say("usageExcessArguments", { name, words: command.args.join(" ") }))
  if (error.code === "commander.help" && error.exitCode !== 0)
    return usage(say("usageMissingCommand", { name }))
  return error
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`
}

function optionNames(command: Command | null): string[] {
  if (command === null) return ["--help"]
  return [...command.options.flatMap(({ long }) => long ?? []), ...optionNames(command.parent)]
}
