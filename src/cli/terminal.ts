/** @file What a command says: human text or one JSON document on stdout; progress, notes and errors on stderr. */
import { cliSentences } from "../base/sentences/cli.ts"
import { type Language, sayer } from "../base/sentences/say.ts"
import { type Output, Progress } from "./progress.ts"
import { wrapText } from "./text.ts"
import { type Column, tableLines } from "./text-table.ts"

export type Say = ReturnType<typeof sayer<typeof cliSentences>>

export type Terminal = {
  readonly language: Language
  readonly say: Say
  readonly isJson: boolean
  /** Whether a person looks at stdout: only then is a secret printed unasked. */
  readonly isPerson: boolean
  /** One line for people; nothing with --json. Long ones are wrapped unless `whole` says to keep them to copy. */
  readonly line: (text?: string, options?: { readonly whole?: boolean }) => void
  readonly table: (columns: readonly Column[], rows: readonly (readonly string[])[]) => void
  /** The one document of --json: the first call's; nothing for people. */
  readonly result: (document: unknown) => void
  /** A remark beside the result, on stderr. */
  readonly note: (text: string) => void
  /** Shows a wait on stderr until it is ended. */
  readonly progress: (label: string) => Progress
}

const narrowest = 40
const widest = 100

export function openTerminal(options: {
  readonly stdout: Output
  readonly stderr: Output
  readonly language: Language
  readonly isJson: boolean
}): Terminal {
  const { stdout, stderr, language, isJson } = options
  const columns = widthOf(stdout)
  let hasResult = false
  const line = (text = "", { whole = false } = {}) => {
    // In a pipe a sentence stays one line, so that it can be searched.
    if (!isJson) stdout.write(`${whole || !stdout.isTTY ? text : wrapText(text, columns)}\n`)
  }
  return {
    language,
    say: sayer(cliSentences, language),
    isJson,
    isPerson: stdout.isTTY === true && !isJson,
    line,
    table: (titles, rows) => {
      for (const row of tableLines(titles, rows, columns)) line(row, { whole: true })
    },
    result: (document) => {
      if (isJson && !hasResult) stdout.write(`${JSON.stringify(document)}\n`)
      hasResult = true
    },
    note: (text) => stderr.write(`${stderr.isTTY ? wrapText(text, widthOf(stderr)) : text}\n`),
    progress: (label) => new Progress(stderr, label),
  }
}

function widthOf({ columns = 80 }: Output): number {
  return Math.max(narrowest, Math.min(columns, widest))
}
