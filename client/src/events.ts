/** @file Server-sent events: the wire format (WHATWG HTML, section 9.2) and a job that is watched until it ends. */
import { type CallOptions, type Connection, pause, send } from "./call.ts"
import { QuernstoneError, unreachable } from "./error.ts"
import type { Job } from "./generated/types.ts"

export type ServerEvent = { readonly id: string | null; readonly event: string; readonly data: string }

/** Breaks of the stream, one after the other without an event between, before the watch gives up: about half a minute. */
const breaksMax = 10
const endStates: readonly string[] = ["succeeded", "failed", "cancelled"] satisfies Job["state"][]

/** Yields the job at once and at each change until it has ended; a broken stream is taken up where it broke. */
export async function* watchJob(
  connection: Connection,
  { id, signal }: { readonly id: string } & CallOptions,
): AsyncGenerator<Job, void, undefined> {
  let lastEventId: string | undefined
  let breaks = 0
  for (let isFirst = true; ; isFirst = false) {
    try {
      const response = await send(connection, "watchJob", { id, signal, lastEventId })
      for await (const event of readEvents(response.body ?? new Blob([]).stream())) {
        lastEventId = event.id ?? lastEventId
        breaks = 0
        const job: Job = JSON.parse(event.data)
        yield job
        if (endStates.includes(job.state)) return
      }
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      if (error instanceof QuernstoneError && (isFirst || error.code !== "UNREACHABLE")) throw error
      if (breaks >= breaksMax) throw unreachable(connection.url, connection.language, error)
    }
    if (breaks >= breaksMax)
      throw unreachable(connection.url, connection.language, new Error("the event stream ends early"))
    await pause(breaks, signal)
    breaks += 1
  }
}

/** Events of a byte stream; comments (keep-alives) and events without data are left out. */
export async function* readEvents(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<ServerEvent, void, undefined> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let text = ""
  try {
    for (;;) {
      const { done, value } = await reader.read()
      // A carriage return at the end may be half of a line end, so it waits for the next piece.
      text += done ? decoder.decode() : decoder.decode(value, { stream: true })
      const blocks = text.split(/\r\n\r\n|\n\n|\r\r(?!$)/)
      text = blocks.pop() ?? ""
      for (const block of blocks) {
        const event = parseEvent(block)
        if (event !== null) yield event
      }
      if (done) return
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

function parseEvent(block: string): ServerEvent | null {
  const fields = new Map<string, string>()
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [, name = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (name === "") continue
    const earlier = fields.get(name)
    fields.set(name, name === "data" && earlier !== undefined ? `${earlier}\n${value}` : value)
  }
  const data = fields.get("data")
  return data === undefined
    ? null
    : { id: fields.get("id") ?? null, event: fields.get("event") ?? "message", data }
}
