/** @file Opening PostgreSQL connections: types as the rest of Quernstone wants them, failures as faults. */
import { Client, type ClientConfig, types } from "pg"

import { fault, messageOf } from "../base/errors.ts"
import { codeOf } from "./files.ts"

/** The oldest server whose grants and row-level security are tested. */
export const oldestServerMajor = 15

const connectMsMax = 10_000
const bigintType = 20

/** bigint is a number, which is exact to 2^53: a greater one is a mistake that must not pass as a rounded value. */
const typeParsers: NonNullable<ClientConfig["types"]> = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    oid === bigintType && format !== "binary" ? parseBigint : types.getTypeParser(oid, format),
}

function parseBigint(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} is beyond 2^53`)
  return value
}

/** What every connection has in common; `name` shows in pg_stat_activity. */
export function connectionConfig(url: string, options: { readonly name: string }): ClientConfig {
  return {
    connectionString: url,
    application_name: options.name,
    connectionTimeoutMillis: connectMsMax,
    keepAlive: true,
    types: typeParsers,
    // Not left to the role's own settings, which an outside server may lack.
    options: "-c search_path=quernstone -c timezone=UTC",
  }
}

/** One connection of its own, for migrations, locks and notices. Throws DATABASE_UNAVAILABLE, DATABASE_TOO_OLD. */
export async function connectClient(url: string, options: { readonly name: string }): Promise<Client> {
  const client = new Client(connectionConfig(url, options))
  // A lost connection fails its query, or is seen by who listens for "end"; without a listener it would end the process.
  client.on("error", () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ number: string }>(
      "select current_setting('server_version_num') as number",
    )
    requireServerVersion(Number(rows[0]?.number))
    return client
  } catch (error) {
    await client.end().catch(() => {})
    throw faultOfDatabase(error)
  }
}

/** `number` as in server_version_num: 150012 is 15.12. Throws DATABASE_TOO_OLD. */
export function requireServerVersion(number: number): void {
  const major = Math.floor(number / 10_000)
  if (major < oldestServerMajor) throw fault("DATABASE_TOO_OLD", { found: major, needed: oldestServerMajor })
}

const lostCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EACCES",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  // Shut down by an administrator, crashed, starting up; wrong password; no such database; too many connections.
  "57P01",
  "57P02",
  "57P03",
  "28P01",
  "28000",
  "3D000",
  "53300",
])
/** Statement timeout, lock timeout, deadlock, serialisation: all rolled back, all worth another try. */
const busyCodes = new Set(["57014", "55P03", "40P01", "40001", "25P03", "25P04"])
const lostMessages =
  /^(Connection terminated|Client was closed|Client has encountered a connection error|timeout expired)/

/** DATABASE_UNAVAILABLE, DATABASE_BUSY, or the error itself: a violated constraint is its caller's to understand. */
export function faultOfDatabase(error: unknown): unknown {
  const code = codeOf(error)
  const message = messageOf(error)
  if (code !== null && busyCodes.has(code))
    return fault("DATABASE_BUSY", { reason: message }, { cause: error })
  if (message.startsWith("timeout exceeded when trying to connect"))
    return fault("DATABASE_BUSY", { reason: "all connections are in use" }, { cause: error })
  const isLost = code === null ? lostMessages.test(message) : lostCodes.has(code) || code.startsWith("08")
  return isLost ? fault("DATABASE_UNAVAILABLE", { reason: message }, { cause: error }) : error
}
