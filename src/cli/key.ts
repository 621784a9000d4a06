/** @file `quernstone key`: make, list and revoke API keys. */
import type { Command } from "commander"

import type { ApiKey, Client, KeyRequest } from "../../client/src/index.ts"
import { addCommand, collect, usage, withServer } from "./command.ts"
import { type Context, connect, type ServerOptions } from "./context.ts"
import { Failure } from "./failure.ts"
import { readPages } from "./pages.ts"
import { localTime } from "./quantities.ts"
import type { Terminal } from "./terminal.ts"
import { plainText } from "./text.ts"

type CreateOptions = ServerOptions & {
  readonly scope?: readonly string[]
  readonly endpoint?: string[]
  readonly expires?: string
}

const scopes = ["predict", "read", "write", "admin"] as const
const secondsOf = new Map([
  ["s", 1],
  ["m", 60],
  ["h", 3600],
  ["d", 86_400],
])

export function addKey(program: Command, context: Context): void {
  const { say } = context.terminal
  const key = addCommand(program, context, {
    usage: "key",
    summary: say("keySummary"),
    examples: ["quernstone key create shop --scope predict --endpoint flights --expires 30d"],
  })
  addCreate(key, context)
  addList(key, context)
  addRevoke(key, context)
}

function addCreate(parent: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  const command = addCommand(parent, context, {
    usage: "create <name>",
    summary: say("keyCreateSummary"),
    examples: [
      "quernstone key create shop --scope predict --endpoint flights",
      "quernstone key create nightly --scope read,write --expires 90d",
    ],
  })
  withServer(command, context)
    .option("--scope <scope>", say("optionScope"), collect)
    .option("--endpoint <name>", say("optionKeyEndpoint"), collect)
    .option("--expires <time>", say("optionExpires"))
    .action(async (name: string, options: CreateOptions) => {
      const body: KeyRequest = {
        name,
        scopes: scopesOf(options.scope ?? ["predict"], terminal),
        ...(options.endpoint === undefined ? {} : { endpoints: options.endpoint }),
        ...(options.expires === undefined ? {} : { expiresInSeconds: parseTime(options.expires, terminal) }),
      }
      const { client } = await connect(context, options)
      const created = await client.createKey({ body })
      terminal.result(created)
      terminal.line(created.key, { whole: true })
      const until = created.expiresAt === null ? say("never") : localTime(created.expiresAt)
      terminal.line(say("keyCreated", { scopes: created.scopes.join(", "), until, id: created.displayId }))
    })
}

function addList(parent: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  const command = addCommand(parent, context, {
    usage: "list",
    summary: say("keyListSummary"),
    examples: ["quernstone key list"],
  })
  withServer(command, context).action(async (options: ServerOptions) => {
    const { client } = await connect(context, options)
    const keys = await readPages((query) => client.listKeys({ query }))
    terminal.result({ items: keys })
    terminal.table(
      [
        { title: say("columnId"), whole: true },
        { title: say("columnName") },
        { title: say("columnScopes") },
        { title: say("columnEndpoints") },
        { title: say("columnState") },
      ],
      keys.map((key) => [
        key.displayId,
        plainText(key.name),
        key.scopes.join(","),
        key.endpoints?.join(",") ?? say("all"),
        stateText(key, terminal),
      ]),
    )
    if (keys.length === 0) terminal.line(say("keyNone"))
  })
}

function addRevoke(parent: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  const command = addCommand(parent, context, {
    usage: "revoke <id>",
    summary: say("keyRevokeSummary"),
    examples: ["quernstone key revoke a1B2c3D4"],
  })
  withServer(command, context).action(async (id: string, options: ServerOptions) => {
    const { client } = await connect(context, options)
    const key = await findKey(client, id, terminal)
    await client.revokeKey({ id: key.id })
    terminal.result({ id: key.id, displayId: key.displayId, revoked: true })
    terminal.line(say("keyRevoked", { id: key.displayId, name: plainText(key.name) }))
  })
}

/** By identifier, by the 8 characters that a list shows, or by the whole key. */
async function findKey(client: Client, id: string, { say }: Terminal): Promise<ApiKey> {
  const shown = /^qst_([A-Za-z0-9]{8})_/.exec(id)?.[1] ?? id
  const keys = await readPages((query) => client.listKeys({ query }))
  const found = keys.find((key) => key.id === shown || key.displayId === shown)
  if (found === undefined) throw new Failure("KEY_NOT_FOUND", say("keyNotFound", { id: shown }))
  return found
}

function scopesOf(words: readonly string[], { say }: Terminal): KeyRequest["scopes"] {
  return words.map((word) => {
    const scope = scopes.find((known) => known === word)
    if (scope !== undefined) return scope
    throw usage(say("usageChoice", { option: "--scope", value: word, choices: scopes.join(", ") }))
  })
}

/** `30d`, `12h`, `15m`, `90s` in seconds. */
function parseTime(text: string, { say }: Terminal): number {
  const [, amount, unit = ""] = /^([1-9]\d{0,6})([smhd])$/.exec(text) ?? []
  const seconds = secondsOf.get(unit)
  if (amount === undefined || seconds === undefined)
    throw usage(say("usageTime", { option: "--expires", value: text }))
  return Number(amount) * seconds
}

function stateText({ revokedAt, expiresAt }: ApiKey, { say }: Terminal): string {
  if (revokedAt !== null) return say("keyStateRevoked")
  if (expiresAt === null) return say("keyStateValid")
  return Date.parse(expiresAt) <= Date.now()
    ? say("keyStateExpired")
    : say("keyStateUntil", { time: localTime(expiresAt) })
}
