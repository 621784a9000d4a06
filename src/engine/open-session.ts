/** @file A model in ONNX Runtime, run on the thread that calls. */
import "./no-telemetry.ts"

import { env, InferenceSession, Tensor as OrtTensor } from "onnxruntime-node"

import { fault } from "../base/errors.ts"
import { checkFeeds } from "./check-feeds.ts"
import { reasonOf } from "./reason.ts"
import type { Session, Tensor, TensorDeclaration, Tensors, TensorType } from "./session.ts"

export type SessionOptions = {
  /** Threads that one run may use, the calling one included; small models are fastest with 1. */
  readonly threads: number
}

/**
 * Loads the bytes of an ONNX model, which are not kept. The session blocks its thread during a run, and a run cannot be interrupted.
 * Throws ENGINE_LOAD_FAILED; its `run` throws ENGINE_INPUT and ENGINE_RUN_FAILED.
 */
export async function openSession(bytes: Uint8Array, options: SessionOptions): Promise<Session> {
  const session = await load(bytes, options)
  try {
    return new InPlaceSession(session)
  } catch (error) {
    await session.release()
    throw error
  }
}

async function load(bytes: Uint8Array, { threads }: SessionOptions): Promise<InferenceSession> {
  // The library reads it once, when it loads; below errors it reports on the machine's devices.
  env.logLevel = "error"
  try {
    return await InferenceSession.create(bytes, {
      executionProviders: ["cpu"],
      graphOptimizationLevel: "all",
      executionMode: "sequential",
      interOpNumThreads: 1,
      intraOpNumThreads: threads,
      // Threads that wait for work by spinning take the processor from whoever shares the machine, a second training for one.
      extra: { session: { intra_op: { allow_spinning: "0" } } },
      // Errors reach the caller as faults; ONNX Runtime would also print them to stderr, with values of the call.
      logSeverityLevel: 4,
    })
  } catch (error) {
    throw fault("ENGINE_LOAD_FAILED", { reason: reasonOf(error) }, { cause: error })
  }
}

class InPlaceSession implements Session {
  readonly inputs: readonly TensorDeclaration[]
  readonly outputs: readonly TensorDeclaration[]
  readonly #session: InferenceSession
  readonly #running = new Set<Promise<unknown>>()
  #closing: Promise<void> | null = null

  constructor(session: InferenceSession) {
    this.inputs = session.inputMetadata.map((metadata) => declarationOf("input", metadata))
    this.outputs = session.outputMetadata.map((metadata) => declarationOf("output", metadata))
    this.#session = session
  }

  // Arrow functions, since a session's methods are handed around.
  readonly run = async (feeds: Tensors): Promise<Tensors> => {
    if (this.#closing !== null) throw fault("ENGINE_RUN_FAILED", { reason: "the session is closed" })
    checkFeeds(this.inputs, feeds)
    const run = this.#run(feeds)
    this.#running.add(run)
    try {
      return await run
    } finally {
      this.#running.delete(run)
    }
  }

  readonly close = (): Promise<void> => {
    this.#closing ??= this.#release()
    return this.#closing
  }

  async #run(feeds: Tensors): Promise<Tensors> {
    const ortFeeds: Record<string, OrtTensor> = {}
    for (const { name } of this.inputs) {
      const tensor = feeds[name]
      if (tensor !== undefined) ortFeeds[name] = toOrt(tensor)
    }
    try {
      const results = await this.#session.run(ortFeeds)
      const outputs: Record<string, Tensor> = {}
      for (const { name, type } of this.outputs) outputs[name] = fromOrt(results[name], type)
      return outputs
    } catch (error) {
      throw fault("ENGINE_RUN_FAILED", { reason: reasonOf(error) }, { cause: error })
    }
  }

  async #release(): Promise<void> {
    await Promise.allSettled(this.#running)
    await this.#session.release()
  }
}

const tensorTypes = ["float32", "float64", "int64", "bool", "string", "uint8", "int32"] as const

function declarationOf(
  side: "input" | "output",
  metadata: InferenceSession["inputMetadata"][number],
): TensorDeclaration {
  const { name } = metadata
  const type = metadata.isTensor ? tensorTypes.find((candidate) => candidate === metadata.type) : undefined
  if (!metadata.isTensor || type === undefined) {
    const got = metadata.isTensor ? metadata.type : "not a tensor"
    throw fault("ENGINE_LOAD_FAILED", {
      reason: `${side} ${JSON.stringify(name)} is ${got}; ${tensorTypes.join(", ")} are supported`,
    })
  }
  return { name, type, shape: metadata.shape.map((size) => (typeof size === "number" ? size : -1)) }
}

/** Shares the data. */
function toOrt(tensor: Tensor): OrtTensor {
  if (tensor.type === "string") return new OrtTensor("string", tensor.data, tensor.shape)
  if (tensor.type === "bool") return new OrtTensor("bool", tensor.data, tensor.shape)
  return new OrtTensor(tensor.type, tensor.data, tensor.shape)
}

/** Shares the data, which nobody else holds. */
function fromOrt(result: OrtTensor | undefined, declared: TensorType): Tensor {
  if (result === undefined) throw new Error(`no output of type ${declared}`)
  const { type, data, dims: shape } = result
  if (type === "float32" && data instanceof Float32Array) return { type, shape, data }
  if (type === "int64" && data instanceof BigInt64Array) return { type, shape, data }
  if (type === "string" && Array.isArray(data)) return { type, shape, data }
  if (type === "float64" && data instanceof Float64Array) return { type, shape, data }
  if (type === "int32" && data instanceof Int32Array) return { type, shape, data }
  if ((type === "bool" || type === "uint8") && data instanceof Uint8Array) return { type, shape, data }
  throw new Error(`an output is of type ${type}, but declared as ${declared}`)
}
