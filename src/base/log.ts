/** @file The log: JSON lines by pino; whatever may be a secret is blotted out by name before it is written. */
import { type DestinationStream, pino } from "pino"

export type Log = {
  readonly debug: (fields: LogFields, message: string) => void
  readonly info: (fields: LogFields, message: string) => void
  readonly warn: (fields: LogFields, message: string) => void
  readonly error: (fields: LogFields, message: string) => void
  readonly child: (fields: LogFields) => Log
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

export function createLog(options: {
  readonly level: LogLevel
  readonly destination: DestinationStream
}): Log {
  return pino(
    {
      level: options.level,
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
    options.destination,
  )
}

/** Blots out keys and passwords that stand inside a text, where redaction by field name cannot see them. */
export function redactSecrets(text: string): string {
  return text.replace(secretText, "[redacted]")
}
