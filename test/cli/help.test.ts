/** @file Help: complete, with examples, in two languages, no wider than a terminal. */
import assert from "node:assert/strict"
import { test } from "node:test"

import type { Command } from "commander"

import { cliSentences } from "../../src/base/sentences/cli.ts"
import { languages } from "../../src/base/sentences/say.ts"
import { buildProgram } from "../../src/cli/program.ts"
import { openTerminal } from "../../src/cli/terminal.ts"
import { textWidth } from "../../src/cli/text.ts"

const quiet = { write: () => true }

function programIn(language: (typeof languages)[number]) {
  const terminal = openTerminal({ stdout: quiet, stderr: quiet, language, isJson: false })
  const { signal } = new AbortController()
  const holdInterrupt = () => () => undefined
  return buildProgram({
    terminal,
    environment: {},
    signal,
    holdInterrupt,
    isRoot: false,
    logsForPeople: false,
  })
}

function withDescendants(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withDescendants)]
}

/** The whole help, examples included, as a terminal of 80 columns shows it. */
function helpOf(command: Command): string {
  let help = ""
  command.configureOutput({ writeOut: (text) => (help += text), getOutHelpWidth: () => 80 })
  command.outputHelp()
  return help
}

for (const language of languages)
  test(`every command's help in ${language} fits 80 columns and ends with examples`, () => {
    for (const command of withDescendants(programIn(language))) {
      const help = helpOf(command)
      for (const line of help.split("\n")) assert.ok(textWidth(line) <= 80, `${command.name()}: ${line}`)
      assert.match(help, /\n {2}(quernstone|cat|[A-Z_]+=\S+ quernstone) .*\n*$/, command.name())
      assert.equal(/undefined|\{\w+\}/.test(help), false, help)
    }
  })

test("every option and every command is described in Chinese with Chinese characters", () => {
  for (const command of withDescendants(programIn("zh"))) {
    const descriptions = [command.description(), ...command.options.map(({ description }) => description)]
    for (const description of descriptions) assert.match(description, /[\u4e00-\u9fff]/)
  }
})

test("both languages of a sentence have the same placeholders", () => {
  const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()
  for (const [key, { en, zh }] of Object.entries(cliSentences))
    assert.deepEqual([...new Set(names(zh))], [...new Set(names(en))], key)
})
