/** @file A model version that is loaded, warm and measured: it packs raw rows, runs them where they block nobody, and reads the answers. */
import assert from "node:assert"

import type { Clock } from "../base/clock.ts"
import { fault } from "../base/errors.ts"
import type { Limits } from "../base/limits.ts"
import { measureRun } from "../engine/measure.ts"
import { openSession } from "../engine/open-session.ts"
import type { Session, TensorDeclaration, Tensors } from "../engine/session.ts"
import { openWorkerSession } from "../engine/worker-session.ts"
import { canExplain, explain } from "../explain/explain.ts"
import { decodeModel, encodeModel } from "../onnx/codec.ts"
import { feedsOf } from "../prepare/feeds.ts"
import { readSignature, readTargetCentre } from "../prepare/outputs.ts"
import type { PackWarning } from "../prepare/pack.ts"
import { compilePacker, type Packer } from "../prepare/pack.ts"
import type { Signature } from "../prepare/signature.ts"
import { type Explanation, type RowPrediction, readExplanations, readPredictions } from "./answers.ts"

export type PredictOptions = { readonly isStrict: boolean; readonly isExplained: boolean }

export type Prediction = {
  readonly predictions: readonly RowPrediction[]
  readonly explanations: readonly Explanation[] | null
  /** At most `problemsListedMax` of them. */
  readonly warnings: readonly PackWarning[]
  readonly warningCount: number
}

export type ModelIdentity = {
  readonly model: string
  readonly version: number
  readonly modelVersionId: string
}

/** How long runs take, in milliseconds: `baseMs` plus `perRowMs` a row, measured when the model was loaded. */
export type RunCost = { readonly baseMs: number; readonly perRowMs: number }

export class LiveModel {
  readonly identity: ModelIdentity
  readonly signature: Signature
  readonly inputs: readonly TensorDeclaration[]
  readonly outputs: readonly TensorDeclaration[]
  readonly cost: RunCost
  /** Size of the file. */
  readonly byteLength: number
  readonly #bytes: Uint8Array
  readonly #session: Session
  readonly #targetCentre: number | null
  readonly #packer: Packer
  readonly #limits: Limits
  #worker: Promise<Session> | null = null
  #explainer: Promise<Session> | null = null
  #running = 0
  #whenIdle: (() => void) | null = null

  private constructor(parts: {
    identity: ModelIdentity
    bytes: Uint8Array
    session: Session
    signature: Signature
    targetCentre: number | null
    packer: Packer
    cost: RunCost
    limits: Limits
  }) {
    this.identity = parts.identity
    this.signature = parts.signature
    this.inputs = parts.session.inputs
    this.outputs = parts.session.outputs
    this.cost = parts.cost
    this.byteLength = parts.bytes.byteLength
    this.#bytes = parts.bytes
    this.#session = parts.session
    this.#targetCentre = parts.targetCentre
    this.#packer = parts.packer
    this.#limits = parts.limits
  }

  /** Loads the file, runs its example row, and measures. Throws ENGINE_LOAD_FAILED, MODEL_SIGNATURE_MISSING. */
  static async load(options: {
    identity: ModelIdentity
    bytes: Uint8Array
    limits: Limits
    clock: Clock
  }): Promise<LiveModel> {
    const { identity, bytes, limits, clock } = options
    const model = decodeModel(bytes)
    const signature = readSignature(model)
    const targetCentre = readTargetCentre(model)
    const packer = compilePacker(signature, limits)
    const session = await openSession(bytes, { threads: 1 })
    const cost = await measureCost({ session, packer, signature, clock })
    return new LiveModel({ identity, bytes, session, signature, targetCentre, packer, cost, limits })
  }

  /** Raw JSON rows to answers. Throws ROWS_INVALID, ENGINE_RUN_FAILED, EXPLAIN_UNSUPPORTED. */
  async predict(rows: readonly unknown[], options: PredictOptions): Promise<Prediction> {
    const { packed, warnings, warningCount } = this.#packer.pack(rows, { strict: options.isStrict })
    if (packed.rowCount === 0)
      return { predictions: [], explanations: options.isExplained ? [] : null, warnings, warningCount }
    const feeds = feedsOf(this.signature, packed)
    // Held from the first run to the last, so that a swap in between does not close the explainer under the call.
    return this.#hold(async () => {
      const outputs = await this.run(feeds, packed.rowCount)
      const predictions = readPredictions(outputs, this.signature, packed.rowCount)
      const explanations = options.isExplained ? await this.#explain(feeds, rows, predictions) : null
      return { predictions, explanations, warnings, warningCount }
    })
  }

  /** Tensors in, tensors out; short runs in place, longer ones in a thread of their own. */
  run(feeds: Tensors, rowCount: number): Promise<Tensors> {
    return this.#hold(async () => {
      const expectedMs = this.cost.baseMs + rowCount * this.cost.perRowMs
      if (expectedMs <= this.#limits.inlineRunMsMax) return await this.#session.run(feeds)
      return await (await this.#openWorker()).run(feeds)
    })
  }

  /** A thread that did not start is tried again by the next call; so is the explainer. */
  #openWorker(): Promise<Session> {
    this.#worker ??= openWorkerSession(this.#bytes, { threads: 1 }).catch((error: unknown) => {
      this.#worker = null
      throw error
    })
    return this.#worker
  }

  /** Work during which `close` waits. */
  async #hold<T>(work: () => Promise<T>): Promise<T> {
    this.#running += 1
    try {
      return await work()
    } finally {
      this.#running -= 1
      if (this.#running === 0) this.#whenIdle?.()
    }
  }

  /** Waits for the runs in progress, then gives the memory back. */
  async close(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve))
    await this.#session.close()
    // What never opened has failed its callers already, and has nothing to close.
    for (const opened of await Promise.allSettled([this.#worker, this.#explainer]))
      if (opened.status === "fulfilled") await opened.value?.close()
  }

  async #explain(
    feeds: Tensors,
    rows: readonly unknown[],
    predictions: readonly RowPrediction[],
  ): Promise<readonly Explanation[]> {
    this.#explainer ??= this.#openExplainer().catch((error: unknown) => {
      this.#explainer = null
      throw error
    })
    const outputs = await (await this.#explainer).run(feeds)
    return readExplanations({
      outputs,
      signature: this.signature,
      targetCentre: this.#targetCentre ?? 0,
      rows,
      predictions,
    })
  }

  async #openExplainer(): Promise<Session> {
    const model = decodeModel(this.#bytes)
    if (!canExplain(model))
      throw fault("EXPLAIN_UNSUPPORTED", { model: this.identity.model, version: this.identity.version })
    // Explanations run many more nodes than predictions; in a thread they slow no prediction down.
    return openWorkerSession(encodeModel(explain(model)), { threads: 1 })
  }
}

const manyRows = 256
const measuredRuns = 5

async function measureCost(options: {
  session: Session
  packer: Packer
  signature: Signature
  clock: Clock
}): Promise<RunCost> {
  const { session, packer, signature, clock } = options
  const example = Object.fromEntries(signature.columns.map(({ name, example: value }) => [name, value]))
  const feeds = (rowCount: number) => {
    const rows = Array.from({ length: rowCount }, () => example)
    return feedsOf(signature, packer.pack(rows, { strict: false }).packed)
  }
  const one = await measureRun(session, feeds(1), { repeats: measuredRuns, clock })
  const many = await measureRun(session, feeds(manyRows), { repeats: measuredRuns, clock })
  assert(one.medianMs >= 0)
  return { baseMs: one.medianMs, perRowMs: Math.max(0, (many.medianMs - one.medianMs) / (manyRows - 1)) }
}
