/** @file A server in this very process: for `up`, for `train --serve` where none runs, and for the demo. */
import { type Configuration, readConfiguration, type SettingName } from "../base/config.ts"
import { createLog, type Log } from "../base/log.ts"
import { type Context, clientOf, type Server } from "./context.ts"
import { exits, Failure } from "./failure.ts"
import { removeServerFile, writeServerFile } from "./server-file.ts"
import type { Terminal } from "./terminal.ts"
import { plainText } from "./text.ts"

export type Flags = Partial<Record<SettingName, string | boolean>>

export type LocalServer = {
  readonly server: Server
  readonly dataFolder: string
  readonly adminKeyFile: string | null
  readonly warnings: readonly string[]
  /** Drains and stops; a second call is the first one's promise. */
  readonly close: () => Promise<void>
  /** Resolves with the reason when the server had to stop by itself. */
  readonly lost: Promise<string>
}

/** Starts everything; throws what startServer throws. A command that shows results of its own asks for a `quiet` log. */
export async function startLocalServer(
  context: Context,
  flags: Flags,
  { quiet = false }: { readonly quiet?: boolean } = {},
): Promise<LocalServer> {
  const { terminal, environment, isRoot } = context
  const isChosen = flags.logLevel !== undefined || Boolean(environment.QUERNSTONE_LOG_LEVEL)
  const logFlags: Flags = quiet && !isChosen ? { logLevel: "warn" } : {}
  const { configuration } = readConfiguration({ environment, flags: { ...flags, ...logFlags }, isRoot })
  const log = openLog(context, configuration)
  let onLost: (reason: string) => void = () => undefined
  const lost = new Promise<string>((resolve) => {
    onLost = resolve
  })
  const progress = terminal.progress(terminal.say("starting"))
  // Only here, so that commands that merely speak to a server need not load all of it.
  const { startServer } = await import("../main.ts")
  const started = await startServer(configuration, { log, onLost }).finally(() => progress.end())
  await writeServerFile(started.dataFolder, { url: started.url, pid: process.pid })
  const key = started.adminKey?.key ?? null
  let closing: Promise<void> | null = null
  const close = async () => {
    await removeServerFile(started.dataFolder)
    await started.close()
  }
  return {
    server: { url: started.url, client: clientOf(context, started.url, key), key, isDefault: true },
    dataFolder: started.dataFolder,
    adminKeyFile: started.adminKey?.file ?? null,
    warnings: started.warnings,
    close: () => {
      closing ??= close()
      return closing
    },
    lost,
  }
}

/** Where it is, for people; a key is shown to a terminal only. */
export function showReady(
  { terminal }: Context,
  { server, dataFolder, adminKeyFile, warnings }: LocalServer,
): void {
  const { say } = terminal
  terminal.line(say("ready", { url: server.url, data: dataFolder }))
  if (server.key !== null && terminal.isPerson)
    terminal.line(say("readyConsole", { link: `${server.url}/#key=${server.key}` }), { whole: true })
  else if (adminKeyFile !== null) terminal.line(say("readyKeyFile", { file: adminKeyFile }))
  for (const warning of warnings) terminal.line(say("warningLine", { warning: plainText(warning) }))
  terminal.line(say("readyStop"))
}

/** Waits for Ctrl-C or SIGTERM, then drains; throws SERVER_LOST when the server stopped by itself. */
export async function holdServer(
  { terminal, signal, holdInterrupt }: Context,
  local: LocalServer,
): Promise<void> {
  const release = holdInterrupt()
  const interrupted = new Promise<null>((resolve) => {
    if (signal.aborted) resolve(null)
    signal.addEventListener("abort", () => resolve(null), { once: true })
  })
  const reason = await Promise.race([interrupted, local.lost])
  if (reason === null) terminal.note(terminal.say("stopping"))
  await local.close()
  release()
  if (reason !== null) throw new Failure("SERVER_LOST", terminal.say("serverLost", { reason }), exits.failed)
}

/** JSON lines for machines; on a terminal only what a person has to know, as a sentence. */
export function openLog({ terminal, logsForPeople }: Context, { logLevel }: Configuration): Log {
  return createLog({
    level: logLevel,
    destination: logsForPeople ? { write: (line) => writeForPeople(terminal, line) } : process.stderr,
  })
}

function writeForPeople(terminal: Terminal, line: string): void {
  const { level, message, warning } = JSON.parse(line)
  if (level !== "warn" && level !== "error") return
  const text = typeof warning === "string" ? warning : String(message)
  terminal.note(terminal.say("warningLine", { warning: plainText(text) }))
}
