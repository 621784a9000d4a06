/** @file One call over HTTP: address, headers, retries of what is safe to send again, and the answer as its operation says. */
import { errorOf, type Language, QuernstoneError, reasonOf, unexpectedAnswer, unreachable } from "./error.ts"
import { type Call, type OperationId, routes } from "./generated/types.ts"

/** A stream is sent once; bytes and blobs are sent again when a connection breaks. */
export type FileBody = ReadableStream<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer> | Blob

export type CallOptions = {
  readonly signal?: AbortSignal | undefined
  /** For writes; a fresh one is made when absent. */
  readonly idempotencyKey?: string | undefined
}

export type Connection = {
  /** Without a slash at the end. */
  readonly url: string
  readonly key: string | null
  readonly fetch: typeof fetch
  readonly language: Language
  /** How often a call is sent again after a 503 or a broken connection. */
  readonly retries: number
}

type Sent = {
  /** The names in the path stand beside these. */
  readonly [name: string]: unknown
  readonly query?: Readonly<Record<string, unknown>> | undefined
  readonly body?: unknown
  readonly lastEventId?: string | undefined
} & CallOptions

const firstPauseMs = 200
const longestPauseMs = 5_000

/** The function that every method of the client goes through. */
export function callOver(connection: Connection): Call {
  return async (id, input) => {
    const response = await send(connection, id, input)
    const { answer } = routes[id]
    if (answer === "file") return response.body ?? new Blob([]).stream()
    const text = await response.text()
    if (answer === "none") return undefined
    try {
      return JSON.parse(text)
    } catch {
      throw unexpectedAnswer(response.status, connection.url, connection.language)
    }
  }
}

/** Sends until an answer is final; throws QuernstoneError, or the signal's reason when it is aborted. */
export async function send(connection: Connection, id: OperationId, input: Sent): Promise<Response> {
  const { url, init } = requestOf(connection, id, input)
  const isReplayable = !(input.body instanceof ReadableStream)
  for (let attempt = 0; ; attempt++) {
    const outcome = await sendOnce(connection, url, init)
    if (!(outcome instanceof QuernstoneError)) return outcome
    const mayRetry = isReplayable && attempt < connection.retries && isPassing(outcome)
    if (!mayRetry) throw outcome
    await pause(attempt, input.signal)
  }
}

/** Waits 0.2 s, then twice as long each time up to 5 s; rejects when the signal is aborted. */
export function pause(attempt: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, Math.min(firstPauseMs * 2 ** attempt, longestPauseMs))
    signal?.addEventListener(
      "abort",
      () => {
        clearTimeout(timer)
        reject(signal.reason)
      },
      { once: true },
    )
  })
}

async function sendOnce(
  { fetch, url: server, language }: Connection,
  url: string,
  init: RequestInit,
): Promise<Response | QuernstoneError> {
  try {
    const response = await fetch(url, init)
    return response.ok ? response : await errorOf(response, server, language)
  } catch (error) {
    if (init.signal?.aborted) throw init.signal.reason
    return unreachable(server, language, error)
  }
}

/** Nobody listening does not pass by itself; an overloaded, starting or broken-off server may. */
function isPassing(error: QuernstoneError): boolean {
  if (error.status === 503) return true
  return error.code === "UNREACHABLE" && !["ECONNREFUSED", "ENOTFOUND"].includes(reasonOf(error.cause))
}

function requestOf(connection: Connection, id: OperationId, input: Sent): { url: string; init: RequestInit } {
  const { method, path, body, isWrite, answer } = routes[id]
  const headers = new Headers({ "accept-language": connection.language })
  if (connection.key !== null) headers.set("authorization", `Bearer ${connection.key}`)
  if (answer === "events") headers.set("accept", "text/event-stream")
  if (input.lastEventId !== undefined) headers.set("last-event-id", input.lastEventId)
  if (isWrite) headers.set("idempotency-key", input.idempotencyKey ?? newKey())
  const init: RequestInit & { duplex?: "half" } = { method, headers }
  if (input.signal !== undefined) init.signal = input.signal
  if (body === "json") {
    headers.set("content-type", "application/json")
    init.body = JSON.stringify(input.body)
  } else if (body === "file") {
    headers.set("content-type", "application/octet-stream")
    init.body = fileBody(input.body)
    if (input.body instanceof ReadableStream) init.duplex = "half"
  }
  return { url: connection.url + fillPath(path, input) + queryText(input.query ?? {}), init }
}

function fileBody(body: unknown): FileBody {
  if (body instanceof Blob || body instanceof ReadableStream) return body
  if (body instanceof Uint8Array) return new Uint8Array(body)
  throw new TypeError("body must be a ReadableStream, a Uint8Array or a Blob")
}

function fillPath(path: string, input: object): string {
  const values = new Map<string, unknown>(Object.entries(input))
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values.get(name))))
}

function queryText(query: Readonly<Record<string, unknown>>): string {
  const given = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value))
  return given.size === 0 ? "" : `?${given}`
}

/** randomUUID exists on secure origins only; a console on plain HTTP has random values all the same. */
function newKey(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID()
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("")
}
