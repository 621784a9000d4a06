/** @file The load's own process: raw sockets and no HTTP client, so that what is measured is the server. */
import { connect, type Socket } from "node:net"

import type { LoadOptions, LoadResult } from "./load.ts"

process.once("message", (options: LoadOptions) => {
  load(options).then(
    (result) => process.send?.(result, () => process.disconnect()),
    (error: unknown) => process.send?.({ error: String(error) }, () => process.disconnect()),
  )
})

async function load(options: LoadOptions): Promise<LoadResult> {
  const latenciesMs: number[] = []
  let failures = 0
  const startMs = performance.now()
  const endMs = startMs + options.durationMs
  const clients = Array.from({ length: options.concurrency }, () =>
    runClient(options, endMs, (latencyMs, isOk) => {
      latenciesMs.push(latencyMs)
      if (!isOk) failures += 1
    }),
  )
  await Promise.all(clients)
  const seconds = (performance.now() - startMs) / 1_000
  latenciesMs.sort((a, b) => a - b)
  const quantile = (share: number) =>
    latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(share * latenciesMs.length))] ?? 0
  return {
    requestsPerSecond: latenciesMs.length / seconds,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    requests: latenciesMs.length,
    failures,
  }
}

function runClient(
  { host, port, request }: LoadOptions,
  endMs: number,
  onAnswer: (latencyMs: number, isOk: boolean) => void,
): Promise<void> {
  const bytes = Buffer.from(request)
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host, port, noDelay: true })
    let sentMs = 0
    let received: Buffer = Buffer.alloc(0)
    const send = () => {
      sentMs = performance.now()
      socket.write(bytes)
    }
    socket.on("connect", send)
    socket.on("error", reject)
    socket.on("close", () => resolve())
    socket.on("data", (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      if (received.length < answerLength(received)) return
      const nowMs = performance.now()
      onAnswer(nowMs - sentMs, received.subarray(9, 12).equals(ok))
      received = Buffer.alloc(0)
      if (nowMs < endMs) send()
      else socket.end()
    })
  })
}

const ok = Buffer.from("200")
const headEnd = Buffer.from("\r\n\r\n")
const lengthName = Buffer.from("content-length: ")

/** Infinity while the head is not whole. */
function answerLength(received: Buffer): number {
  const head = received.indexOf(headEnd)
  if (head < 0) return Number.POSITIVE_INFINITY
  const text = received.toString("latin1", 0, head).toLowerCase()
  const place = text.indexOf(lengthName.toString())
  const length = Number.parseInt(text.slice(place + lengthName.length), 10)
  return head + headEnd.length + length
}
