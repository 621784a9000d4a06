/** @file docs/cli.md and the program name the same commands, exit statuses and codes. */
import assert from "node:assert/strict"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"

import { exits } from "../../src/cli/failure.ts"
import { buildProgram } from "../../src/cli/program.ts"
import { openTerminal } from "../../src/cli/terminal.ts"
import { root } from "./run-cli.ts"

const page = await readFile(join(root, "docs", "cli.md"), "utf8")

/** The rows of the table below a heading, without its head. */
function rowsBelow(heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? ""
  return section
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
}

test("the page's table has every command and no other", () => {
  const quiet = { write: () => true }
  const program = buildProgram({
    terminal: openTerminal({ stdout: quiet, stderr: quiet, language: "en", isJson: false }),
    environment: {},
    signal: new AbortController().signal,
    holdInterrupt: () => () => undefined,
    isRoot: false,
    logsForPeople: false,
  })
  const rows = rowsBelow("Commands")
  const named = rows.map((row) => /^\| `(\w+)/.exec(row)?.[1])
  assert.deepEqual([...named].sort(), program.commands.map((command) => command.name()).sort())
  for (const { name, children } of program.commands.map((command) => {
    return { name: command.name(), children: command.commands.map((child) => child.name()) }
  }))
    for (const child of children) {
      const row = rows.find((line) => line.startsWith(`| \`${name}`)) ?? ""
      assert.match(row, new RegExp(`\\b${child}\\b`), `${name} ${child}`)
    }
})

test("the page's table has every exit status and no other", () => {
  const statuses = rowsBelow("Exit statuses").map((row) => Number(row.split("|")[1]))
  assert.deepEqual(statuses, Object.values(exits))
})

test("the page's table has every code that the command line makes itself and no other", async () => {
  const folders = [join(root, "src", "cli"), join(root, "client", "src")]
  const sources = await Promise.all(
    folders.map(async (folder) => {
      const names = (await readdir(folder)).filter((name) => name.endsWith(".ts"))
      return Promise.all(names.map((name) => readFile(join(folder, name), "utf8")))
    }),
  )
  const made = [
    ...sources
      .flat()
      .join("\n")
      .matchAll(/(?:new Failure\(\s*|code: )"([A-Z_]+)"/g),
  ]
  const written = rowsBelow("Codes").flatMap((row) =>
    [...(row.split("|")[1] ?? "").matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code),
  )
  assert.deepEqual([...new Set(written)].sort(), [...new Set(made.map(([, code]) => code))].sort())
})
