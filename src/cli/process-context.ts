/** @file The process around a command: streams, language, signals, and the exit status at the end. */
import { chooseLanguage, type Language } from "../base/sentences/say.ts"
import type { Context } from "./context.ts"
import { exits, viewFailure } from "./failure.ts"
import { openTerminal } from "./terminal.ts"

/** What may still be open after the last word is given this long before the process ends by force. */
const lingerMs = 1_000

/** One Ctrl-C comes twice where the launcher or npm stands before us: from the terminal, and passed on. */
const echoMs = 500

/** Runs a command, says in one sentence what went wrong, and sets the exit status. Never throws. */
export async function runInTerminal(
  words: readonly string[],
  command: (context: Context) => Promise<void>,
): Promise<void> {
  const context = openContext(words)
  const { terminal } = context
  try {
    await command(context)
  } catch (error) {
    const { exit, error: view } = viewFailure(error, terminal.language)
    terminal.result({ error: view })
    terminal.note(terminal.say("errorLine", { message: view.message }))
    for (const problem of view.problems ?? []) terminal.note(`  ${problem.message}`)
    if (view.requestId !== undefined) terminal.note(terminal.say("errorRequest", { id: view.requestId }))
    process.exitCode = exit
  }
  setTimeout(() => process.exit(), lingerMs).unref()
}

/** Language and --json are read before commander runs, since its help and its errors need them too. */
function openContext(words: readonly string[]): Context {
  const { stdout, stderr, env } = process
  // A reader that has seen enough (`| head`) is no error.
  stdout.on("error", () => process.exit())
  // A log without a reader is lost; a server must not die of it.
  stderr.on("error", () => undefined)
  const isJson = words.includes("--json")
  const terminal = openTerminal({ stdout, stderr, language: languageOf(words, env), isJson })
  const { signal, holdInterrupt } = watchInterrupts()
  return {
    terminal,
    environment: env,
    signal,
    holdInterrupt,
    isRoot: process.getuid?.() === 0,
    logsForPeople: stderr.isTTY === true && !isJson,
  }
}

function languageOf(words: readonly string[], environment: NodeJS.ProcessEnv): Language {
  const at = words.findIndex((word) => word === "--lang" || word.startsWith("--lang="))
  const given = at < 0 ? undefined : (words[at]?.split("=")[1] ?? words[at + 1])
  const { QUERNSTONE_LANG, LC_ALL, LC_MESSAGES, LANG } = environment
  return chooseLanguage(given || QUERNSTONE_LANG || LC_ALL || LC_MESSAGES || LANG)
}

/** The first signal asks those who hold it to end in order; the second, or the first with no holder, ends at once. */
function watchInterrupts(): Pick<Context, "signal" | "holdInterrupt"> {
  const controller = new AbortController()
  let holders = 0
  let lastMs = Number.NEGATIVE_INFINITY
  const interrupt = () => {
    const nowMs = performance.now()
    const isEcho = nowMs - lastMs < echoMs
    lastMs = nowMs
    if (isEcho) return
    if (holders === 0 || controller.signal.aborted) process.exit(exits.interrupted)
    controller.abort()
  }
  process.on("SIGINT", interrupt)
  process.on("SIGTERM", interrupt)
  return {
    signal: controller.signal,
    holdInterrupt: () => {
      holders += 1
      return () => {
        holders -= 1
      }
    },
  }
}
