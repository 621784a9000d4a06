/** @file The log: JSON lines by pino; whatever may be a secret is blotted out by name before it is written. */
import { type DestinationStream, type Logger, pino } from "pino"

export type Log = {
  readonly debug: (fields: LogFields, message: string) => void
  readonly info: (fields: LogFields, message: string) => void
  readonly warn: (fields: LogFields, message: string) => void
  readonly error: (fields: LogFields, message: string) => void
  readonly child: (fields: LogFields) => Log
  /** One line of the access log, at level info. Lines wait for up to `accessDelayMs` and are written together. */
  readonly access: (line: AccessLine) => void
  /** Writes the access lines that wait. */
  readonly flush: () => void
}
/** None of its fields can hold a secret: they are made by the server, and the route is a pattern. */
export type AccessLine = {
  readonly requestId: string
  readonly method: string
  readonly route: string
  readonly status: number
  readonly durationMs: number
  readonly keyId: string | null
}
export type LogFields = Readonly<Record<string, unknown>>
export const logLevels = ["debug", "info", "warn", "error", "silent"] as const
export type LogLevel = (typeof logLevels)[number]

const secretNames = [
  "authorization",
  "cookie",
  "password",
  "secret",
  "token",
  "key",
  "apiKey",
  "adminKey",
  "databaseUrl",
  "databaseOwnerUrl",
]

/** A key of ours or a password inside a URL, wherever in a text it stands. */
const secretText = /qst_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}|(?<=:\/\/[^\s:/@]{0,200}:)[^\s@/]+(?=@)/g

/** Redaction and a system call for each line would cost a prediction more than its model. */
const accessDelayMs = 100
const accessLinesMax = 500

export function createLog(options: {
  readonly level: LogLevel
  readonly destination: DestinationStream
}): Log {
  const { level, destination } = options
  const access = new AccessLines(destination)
  const lines = pino(
    {
      level,
      base: null,
      messageKey: "message",
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: "[redacted]",
      },
      hooks: { streamWrite: redactSecrets },
    },
    {
      write: (line: string) => {
        // What happened before comes first.
        access.flush()
        destination.write(line)
      },
    },
  )
  return logOver(lines, access)
}

function logOver(lines: Logger, access: AccessLines): Log {
  const isAccessLogged = lines.isLevelEnabled("info")
  return {
    debug: (fields, message) => lines.debug(fields, message),
    info: (fields, message) => lines.info(fields, message),
    warn: (fields, message) => lines.warn(fields, message),
    error: (fields, message) => lines.error(fields, message),
    child: (fields) => logOver(lines.child(fields), access),
    access: (line) => {
      if (isAccessLogged) access.add(line)
    },
    flush: () => access.flush(),
  }
}

class AccessLines {
  readonly #destination: DestinationStream
  #waiting: string[] = []
  #timer: NodeJS.Timeout | null = null

  constructor(destination: DestinationStream) {
    this.#destination = destination
  }

  add(line: AccessLine): void {
    const { requestId, method, route, status, durationMs, keyId } = line
    this.#waiting.push(
      `{"level":"info","time":"${new Date().toISOString()}","requestId":"${requestId}","method":"${method}","route":${JSON.stringify(route)},"status":${status},"durationMs":${durationMs.toFixed(3)},"keyId":${keyId === null ? "null" : `"${keyId}"`},"message":"request"}\n`,
    )
    if (this.#waiting.length >= accessLinesMax) this.flush()
    this.#timer ??= setTimeout(() => this.flush(), accessDelayMs).unref()
  }

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#waiting.length === 0) return
    const lines = this.#waiting.join("")
    this.#waiting = []
    this.#destination.write(lines)
  }
}

/** Blots out keys and passwords that stand inside a text, where redaction by field name cannot see them. */
export function redactSecrets(text: string): string {
  return text.replace(secretText, "[redacted]")
}
