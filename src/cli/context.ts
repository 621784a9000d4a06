/** @file What every command is given: the terminal, the environment, and the server that it speaks to. */
import { resolve } from "node:path"

import { type Client, createClient, QuernstoneError } from "../../client/src/index.ts"
import { readConfiguration } from "../base/config.ts"
import { readAdminKey, readServerFile } from "./server-file.ts"
import type { Terminal } from "./terminal.ts"

export type Environment = Readonly<Record<string, string | undefined>>

export type Context = {
  readonly terminal: Terminal
  readonly environment: Environment
  /** Aborted by the first Ctrl-C or SIGTERM while somebody holds it; without a holder the process ends at once. */
  readonly signal: AbortSignal
  /** Says that the caller ends in order when the signal comes; gives the function that lets go. */
  readonly holdInterrupt: () => () => void
  readonly isRoot: boolean
  /** Whether stderr is a person's terminal, so that the log speaks in sentences. */
  readonly logsForPeople: boolean
}

/** The options of every command that speaks to a server. */
export type ServerOptions = { readonly url?: string; readonly key?: string }

export type Server = {
  readonly url: string
  readonly client: Client
  readonly key: string | null
  /** Whether the address was left to us: only then may a command start a server of its own. */
  readonly isDefault: boolean
}

const loopback = new Set(["127.0.0.1", "localhost", "[::1]"])

/**
 * The server that the options, the environment or the defaults name: a running one of this machine's data folders
 * comes before the default address. The key is --key, QUERNSTONE_KEY, or, for a server on this machine, the admin key
 * of its data folder; an admin key of this machine never goes to another one.
 */
export async function connect(context: Context, options: ServerOptions): Promise<Server> {
  const { environment } = context
  const given = options.url ?? (environment.QUERNSTONE_URL || undefined)
  const key = options.key ?? (environment.QUERNSTONE_KEY || undefined)
  const folders = given === undefined || key === undefined ? dataFolders(context) : []
  const running = given === undefined ? await findRunning(folders) : null
  const url = (given ?? running?.url ?? defaultUrl(environment)).replace(/\/+$/, "")
  const chosen = key ?? running?.key ?? (isLoopback(url) ? await findKey(context, url, folders) : null)
  return { url, client: clientOf(context, url, chosen), key: chosen, isDefault: given === undefined }
}

export function clientOf({ terminal }: Context, url: string, key: string | null): Client {
  return createClient({ url, language: terminal.language, ...(key === null ? {} : { key }) })
}

export function defaultUrl(environment: Environment): string {
  const port = environment.QUERNSTONE_PORT || "7070"
  return `http://127.0.0.1:${port === "0" ? "7070" : port}`
}

/** The configured data folder, then the clone's own. */
function dataFolders({ environment, isRoot }: Context): string[] {
  const { configuration } = readConfiguration({ environment, flags: {}, isRoot })
  return [...new Set([configuration.dataFolder, resolve(".quernstone")])]
}

async function findRunning(folders: readonly string[]): Promise<{ url: string; key: string | null } | null> {
  for (const folder of folders) {
    const server = await readServerFile(folder)
    if (server !== null) return { url: server.url, key: await readAdminKey(folder) }
  }
  return null
}

/** Two data folders may have a key each: the server says which is its own. */
async function findKey(context: Context, url: string, folders: readonly string[]): Promise<string | null> {
  const found = await Promise.all(folders.map(readAdminKey))
  const keys = [...new Set(found)].filter((key) => key !== null)
  if (keys.length > 1)
    for (const candidate of keys) if (await isAccepted(clientOf(context, url, candidate))) return candidate
  return keys[0] ?? null
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && loopback.has(new URL(url).hostname)
}

async function isAccepted(client: Client): Promise<boolean> {
  try {
    await client.getServer()
    return true
  } catch (error) {
    return !(error instanceof QuernstoneError && (error.status === 401 || error.status === 403))
  }
}
