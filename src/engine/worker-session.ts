/** @file A model in ONNX Runtime in a thread of its own: the caller's thread goes on while it runs. */
import "./no-telemetry.ts"

import { Worker } from "node:worker_threads"

import { entryUrl } from "../base/entry.ts"
import { fault } from "../base/errors.ts"
import { checkFeeds } from "./check-feeds.ts"
import type { SessionOptions } from "./open-session.ts"
import { reasonOf } from "./reason.ts"
import type { Session, TensorDeclaration, Tensors } from "./session.ts"
import { buffersOf, detachable, type FromWorker, faultOf, type ToWorker } from "./worker-messages.ts"

/**
 * As `openSession`, in a worker thread; the bytes and the feeds are copied once. Runs queue in the thread. When the thread dies, those who
 * wait get ENGINE_RUN_FAILED and the session is closed.
 */
export function openWorkerSession(bytes: Uint8Array, options: SessionOptions): Promise<Session> {
  return sessionIn(new Worker(entryUrl("session-worker", import.meta.url)), { bytes, options })
}

/** Opens the session in a thread that runs session-worker and has heard of nothing yet. */
export function sessionIn(
  worker: Worker,
  { bytes, options }: { readonly bytes: Uint8Array; readonly options: SessionOptions },
): Promise<Session> {
  return new Promise((resolve, reject) => {
    const session = new WorkerSession(worker, { resolve, reject })
    session.open(new Uint8Array(bytes), options)
  })
}

type Waiting<Value> = {
  readonly resolve: (value: Value) => void
  readonly reject: (reason: Error) => void
}

class WorkerSession implements Session {
  inputs: readonly TensorDeclaration[] = []
  outputs: readonly TensorDeclaration[] = []
  readonly #worker: Worker
  readonly #opening: Waiting<Session>
  readonly #waiting = new Map<number, Waiting<Tensors>>()
  readonly #ended: Promise<void>
  #lastId = 0
  #isClosed = false

  constructor(worker: Worker, opening: Waiting<Session>) {
    this.#worker = worker
    this.#opening = opening
    let reason = "its thread ended"
    worker.on("message", (message: FromWorker) => this.#hear(message))
    worker.on("error", (error: unknown) => {
      reason = `its thread ended: ${reasonOf(error)}`
    })
    this.#ended = new Promise((resolve) => {
      worker.on("exit", () => {
        this.#end(reason)
        resolve()
      })
    })
  }

  open(bytes: Uint8Array<ArrayBuffer>, { threads }: SessionOptions): void {
    this.#send({ kind: "open", bytes, threads }, [bytes.buffer])
  }

  readonly run = (feeds: Tensors): Promise<Tensors> =>
    new Promise((resolve, reject) => {
      if (this.#isClosed) throw fault("ENGINE_RUN_FAILED", { reason: "the session is closed" })
      checkFeeds(this.inputs, feeds)
      const copies = detachable(feeds)
      this.#lastId++
      this.#waiting.set(this.#lastId, { resolve, reject })
      // An idle session does not keep the process alive; one that somebody waits for does.
      this.#worker.ref()
      this.#send({ kind: "run", id: this.#lastId, feeds: copies }, buffersOf(copies))
    })

  readonly close = (): Promise<void> => {
    if (!this.#isClosed) {
      this.#isClosed = true
      this.#worker.ref()
      this.#send({ kind: "close" }, [])
    }
    return this.#ended
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case "opened":
        this.inputs = message.inputs
        this.outputs = message.outputs
        this.#worker.unref()
        this.#opening.resolve(this)
        break
      case "openFailed":
        this.#isClosed = true
        this.#opening.reject(faultOf(message.failure))
        break
      case "ran":
        this.#settled(message.id)?.resolve(message.outputs)
        break
      case "runFailed":
        this.#settled(message.id)?.reject(faultOf(message.failure))
        break
    }
  }

  #settled(id: number): Waiting<Tensors> | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0 && !this.#isClosed) this.#worker.unref()
    return waiting
  }

  #end(reason: string): void {
    this.#isClosed = true
    this.#opening.reject(fault("ENGINE_RUN_FAILED", { reason }))
    for (const { reject } of this.#waiting.values()) reject(fault("ENGINE_RUN_FAILED", { reason }))
    this.#waiting.clear()
  }

  #send(message: ToWorker, buffers: readonly ArrayBuffer[]): void {
    this.#worker.postMessage(message, buffers)
  }
}
