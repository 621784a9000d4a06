/** @file The thread that reads Parquet files for a training: one window after the other, as it is asked for them. */
import assert from "node:assert"
import { parentPort } from "node:worker_threads"

import {
  buffersOf,
  type FromReader,
  failureOf,
  type ReaderOptions,
  type ReadOrder,
  type ToReader,
} from "./parquet-messages.ts"
import { openReader, type ParquetReader } from "./parquet-reader.ts"

assert(parentPort !== null, "parquet-worker runs in a worker thread")
const port = parentPort
let reader: ParquetReader | null = null
let isClosing = false
const dropped = new Set<number>()
/** Readings wait for one another: DuckDB's memory limit is that of one at a time. */
let last: Promise<void> = Promise.resolve()

port.on("message", (message: ToReader) => {
  switch (message.kind) {
    case "open":
      last = open(message.options)
      break
    case "read":
      last = last.then(() => read(message.id, message))
      break
    case "drop":
      dropped.add(message.id)
      break
    case "close":
      isClosing = true
      last = last.then(close)
      break
  }
})

async function open(options: ReaderOptions): Promise<void> {
  try {
    reader = await openReader(options)
    send({ kind: "opened", opened: reader.opened })
  } catch (error) {
    send({ kind: "openFailed", failure: failureOf(error) })
  }
}

async function read(id: number, order: ReadOrder): Promise<void> {
  const isWanted = () => !isClosing && !dropped.has(id)
  try {
    const window = isWanted() ? ((await reader?.read(order, isWanted)) ?? null) : null
    if (window !== null) send({ kind: "read", id, window }, buffersOf(window))
  } catch (error) {
    send({ kind: "readFailed", id, failure: failureOf(error) })
  }
  dropped.delete(id)
}

function close(): void {
  reader?.close()
  port.close()
}

function send(message: FromReader, buffers: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, buffers)
}
