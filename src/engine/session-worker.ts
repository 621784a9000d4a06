/** @file The thread of one session: opens a model, runs it for its owner, ends when told to. */
import assert from "node:assert"
import { parentPort } from "node:worker_threads"

import { openSession } from "./open-session.ts"
import type { Session } from "./session.ts"
import { buffersOf, type FromWorker, failureOf, type ToWorker } from "./worker-messages.ts"

assert(parentPort !== null, "session-worker runs in a worker thread")
const port = parentPort
let session: Session | null = null

port.on("message", (message: ToWorker) => {
  // It answers failures itself; anything else is a mistake of ours, ends the thread, and so reaches the owner.
  void handle(message)
})

async function handle(message: ToWorker): Promise<void> {
  switch (message.kind) {
    case "open":
      return open(message)
    case "run":
      return run(message)
    case "close":
      await session?.close()
      port.close()
  }
}

async function open({ bytes, threads }: ToWorker & { readonly kind: "open" }): Promise<void> {
  try {
    session = await openSession(bytes, { threads })
    send({ kind: "opened", inputs: session.inputs, outputs: session.outputs })
  } catch (error) {
    send({ kind: "openFailed", failure: failureOf(error) })
    port.close()
  }
}

async function run({ id, feeds }: ToWorker & { readonly kind: "run" }): Promise<void> {
  assert(session !== null, "a run comes after the session is open")
  try {
    const outputs = await session.run(feeds)
    send({ kind: "ran", id, outputs }, buffersOf(outputs))
  } catch (error) {
    send({ kind: "runFailed", id, failure: failureOf(error) })
  }
}

function send(message: FromWorker, buffers: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, buffers)
}
