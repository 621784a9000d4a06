/** @file The endpoints of this process: which model each serves now, kept in step with the database, swapped without a dropped call. */
import { totalmem } from "node:os"

import type { Clock } from "../base/clock.ts"
import { fault, messageOf } from "../base/errors.ts"
import { namePattern } from "../base/identifiers.ts"
import type { Limits } from "../base/limits.ts"
import type { Log } from "../base/log.ts"
import type { BlobStore, Change, ChangeWatch, Store } from "../store/index.ts"
import { LiveModel, type Prediction, type PredictOptions } from "./live-model.ts"
import * as sql from "./sql.ts"

export const endpointTopic = "endpoint"

export type ServingOptions = {
  readonly store: Store
  readonly changes: ChangeWatch
  readonly blobs: BlobStore
  readonly limits: Limits
  readonly log: Log
  readonly clock: Clock
  readonly instanceId: string
  /** Told of every answered call, to count it; must not throw. */
  readonly onPrediction: (sample: PredictionSample) => void
}

export type PredictionSample = {
  readonly endpoint: string
  readonly model: string
  readonly version: number
  readonly rowCount: number
  readonly warningCount: number
}

/** What a call needs of an endpoint, all in memory. */
export type LiveEndpoint = {
  readonly workspaceId: string
  readonly name: string
  readonly isStrict: boolean
  readonly revision: number
  readonly live: LiveModel
}

/** Memory that a loaded model takes beside its file: prepacked weights and buffers. */
const memoryPerFileByte = 3

export class Serving {
  readonly #options: ServingOptions
  readonly #endpoints = new Map<string, LiveEndpoint>()
  readonly #waiting = new Map<string, number>()
  readonly #reconciling = new Map<string, Promise<void>>()
  readonly #closing = new Set<Promise<void>>()
  #unsubscribe: (() => void) | null = null

  constructor(options: ServingOptions) {
    this.#options = options
  }

  /** Loads what is deployed and follows every change from then on. */
  async start(): Promise<void> {
    const { store, changes } = this.#options
    this.#unsubscribe = changes.subscribe(endpointTopic, (change) => this.#onChange(change))
    const deployed = await store.acrossWorkspaces("deployment watch", sql.selectDeployedEndpoints)
    // One model that cannot be loaded must not keep the others from being served.
    for (const { workspace_id, id } of deployed)
      await this.reconcile(workspace_id, id).catch((error: unknown) => this.#reportFailure(error, id))
  }

  async close(): Promise<void> {
    this.#unsubscribe?.()
    await Promise.allSettled(this.#reconciling.values())
    for (const { live } of this.#endpoints.values()) this.#closeLater(live)
    this.#endpoints.clear()
    await Promise.allSettled(this.#closing)
  }

  /** The live endpoints, for metrics and health. */
  list(): readonly LiveEndpoint[] {
    return [...this.#endpoints.values()]
  }

  find(workspaceId: string, name: string): LiveEndpoint | undefined {
    return this.#endpoints.get(keyOf(workspaceId, name))
  }

  /** Throws ENDPOINT_NOT_FOUND; a deployed endpoint that this process has not loaded yet is ENDPOINT_LOADING. */
  async get(workspaceId: string, name: string): Promise<LiveEndpoint> {
    const found = this.find(workspaceId, name)
    if (found !== undefined) return found
    // What can be no name is in no database, and some of it no database takes.
    if (!namePattern.test(name)) throw fault("ENDPOINT_NOT_FOUND", { endpoint: JSON.stringify(name) })
    const row = await this.#options.store.inWorkspace(workspaceId, (transaction) =>
      sql.selectEndpoint(transaction, name),
    )
    throw row === undefined || row.revision === 0
      ? fault("ENDPOINT_NOT_FOUND", { endpoint: name })
      : fault("ENDPOINT_LOADING", { endpoint: name })
  }

  /** The corridor of a prediction: no database, no schema library. */
  async predict(
    endpoint: LiveEndpoint,
    rows: readonly unknown[],
    options: PredictOptions,
  ): Promise<Prediction> {
    const { limits, onPrediction } = this.#options
    if (rows.length > limits.predictRowsMax)
      throw fault("TOO_MANY_ROWS", { rows: rows.length, limit: limits.predictRowsMax })
    const { live, name } = endpoint
    const prediction = await this.#admit(endpoint, () =>
      live.predict(rows, {
        isStrict: options.isStrict || endpoint.isStrict,
        isExplained: options.isExplained,
      }),
    )
    const { model, version } = live.identity
    onPrediction({
      endpoint: name,
      model,
      version,
      rowCount: rows.length,
      warningCount: prediction.warningCount,
    })
    return prediction
  }

  /** Runs work for an endpoint while at most `predictQueueMax` calls wait for it. */
  async #admit<T>(endpoint: LiveEndpoint, work: () => Promise<T>): Promise<T> {
    const key = keyOf(endpoint.workspaceId, endpoint.name)
    const waiting = this.#waiting.get(key) ?? 0
    if (waiting >= this.#options.limits.predictQueueMax)
      throw fault("PREDICT_QUEUE_FULL", { waiting, endpoint: endpoint.name })
    this.#waiting.set(key, waiting + 1)
    try {
      return await work()
    } finally {
      const left = (this.#waiting.get(key) ?? 1) - 1
      if (left === 0) this.#waiting.delete(key)
      else this.#waiting.set(key, left)
    }
  }

  /** Tensors of another protocol through the same admission. */
  async infer(endpoint: LiveEndpoint, feeds: Parameters<LiveModel["run"]>[0], rowCount: number) {
    const outputs = await this.#admit(endpoint, () => endpoint.live.run(feeds, rowCount))
    const { model, version } = endpoint.live.identity
    this.#options.onPrediction({ endpoint: endpoint.name, model, version, rowCount, warningCount: 0 })
    return outputs
  }

  /** Brings one endpoint to its newest deployment: loads beside the old one, warms, swaps, drains the old one. */
  reconcile(workspaceId: string, endpointId: string): Promise<void> {
    const key = `${workspaceId}/${endpointId}`
    const previous = this.#reconciling.get(key) ?? Promise.resolve()
    const next = previous.catch(() => undefined).then(() => this.#reconcileNow(workspaceId, endpointId))
    this.#reconciling.set(key, next)
    const forget = () => {
      if (this.#reconciling.get(key) === next) this.#reconciling.delete(key)
    }
    next.then(forget, forget)
    return next
  }

  /** Loads and warms a version without serving it, so that a file that cannot run is refused before anything changes. */
  async tryModel(source: sql.ModelSource): Promise<void> {
    const live = await this.#load(source)
    await live.close()
  }

  async #reconcileNow(workspaceId: string, endpointId: string): Promise<void> {
    const { store, log, instanceId } = this.#options
    const current = await store.inWorkspace(workspaceId, (transaction) =>
      sql.selectCurrentDeployment(transaction, endpointId),
    )
    const name = current?.endpoint_name
    if (current === undefined || name === undefined || current.deleted_at !== null)
      return this.#drop(workspaceId, endpointId, name)
    const key = keyOf(workspaceId, name)
    const before = this.#endpoints.get(key)
    const { revision, strict, ...source } = current
    if (before !== undefined && before.revision >= revision) return
    const live =
      before?.live.identity.modelVersionId === source.model_version_id
        ? before.live
        : await this.#load(source)
    this.#endpoints.set(key, { workspaceId, name, isStrict: strict, revision, live })
    if (before !== undefined && before.live !== live) this.#closeLater(before.live)
    await store.inWorkspace(workspaceId, (transaction) =>
      sql.putEndpointReady(transaction, { workspaceId, endpointId, instanceId, revision }),
    )
    const { model, version } = live.identity
    log.info({ endpoint: name, model, version, revision, cost: live.cost }, "endpoint is live")
  }

  async #drop(workspaceId: string, endpointId: string, name: string | undefined): Promise<void> {
    if (name === undefined) return
    const key = keyOf(workspaceId, name)
    const before = this.#endpoints.get(key)
    if (before === undefined) return
    this.#endpoints.delete(key)
    this.#closeLater(before.live)
    this.#options.log.info({ endpoint: name, endpointId }, "endpoint is gone")
  }

  async #load(source: sql.ModelSource): Promise<LiveModel> {
    const { blobs, limits, clock } = this.#options
    this.#refuseBeyondMemory(source)
    const chunks: Buffer[] = []
    for await (const chunk of await blobs.read(source.file_digest)) chunks.push(Buffer.from(chunk))
    return LiveModel.load({
      identity: {
        model: source.model_name,
        version: source.version,
        modelVersionId: source.model_version_id,
      },
      bytes: Buffer.concat(chunks),
      limits,
      clock,
    })
  }

  #refuseBeyondMemory(source: sql.ModelSource): void {
    const budget = totalmem() * this.#options.limits.modelMemoryShare
    const loaded = this.list().reduce((sum, { live }) => sum + live.byteLength, 0)
    const needed = source.byte_length * memoryPerFileByte
    if (loaded * memoryPerFileByte + needed <= budget) return
    const megabytes = (bytes: number) => Math.ceil(bytes / 2 ** 20)
    throw fault("MODEL_MEMORY_FULL", {
      model: source.model_name,
      needed: megabytes(needed),
      budget: megabytes(budget),
    })
  }

  #closeLater(live: LiveModel): void {
    const closing = live
      .close()
      .catch((error: unknown) =>
        this.#options.log.warn({ reason: messageOf(error) }, "a model did not close"),
      )
      .finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }

  #onChange(change: Change): void {
    this.reconcile(change.workspaceId, change.subject).catch((error: unknown) =>
      this.#reportFailure(error, change.subject),
    )
  }

  #reportFailure(error: unknown, endpointId: string): void {
    const reason = messageOf(error)
    this.#options.log.error(
      { reason, endpointId },
      "an endpoint could not be brought to its newest deployment",
    )
  }
}

function keyOf(workspaceId: string, name: string): string {
  return `${workspaceId}/${name}`
}
