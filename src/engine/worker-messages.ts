/** @file What a session in a worker thread and its owner say to each other. */
import { type ErrorCode, Fault, isFault } from "../base/errors.ts"
import { reasonOf } from "./reason.ts"
import type { Tensor, TensorDeclaration, Tensors } from "./session.ts"

export type ToWorker =
  | { readonly kind: "open"; readonly bytes: Uint8Array; readonly threads: number }
  | { readonly kind: "run"; readonly id: number; readonly feeds: Tensors }
  | { readonly kind: "close" }

export type FromWorker =
  | {
      readonly kind: "opened"
      readonly inputs: readonly TensorDeclaration[]
      readonly outputs: readonly TensorDeclaration[]
    }
  | { readonly kind: "openFailed"; readonly failure: Failure }
  | { readonly kind: "ran"; readonly id: number; readonly outputs: Tensors }
  | { readonly kind: "runFailed"; readonly id: number; readonly failure: Failure }

/** A fault as plain data; classes do not survive the way between threads. */
export type Failure = {
  readonly code: ErrorCode
  readonly parameters: Readonly<Record<string, string | number>>
}

export function failureOf(error: unknown): Failure {
  if (isFault(error)) return { code: error.code, parameters: error.parameters }
  return { code: "ENGINE_RUN_FAILED", parameters: { reason: reasonOf(error) } }
}

export function faultOf({ code, parameters }: Failure): Fault {
  return new Fault(code, parameters)
}

/** The memory of tensors that nobody else holds, to be handed over without a copy; outputs may share one. */
export function buffersOf(tensors: Tensors): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  for (const { data } of Object.values(tensors))
    if (ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer) buffers.add(data.buffer)
  return [...buffers]
}

/** The tensors in buffers of their own, to be handed over; the originals stay whole. */
export function detachable(tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, copyOf(tensor)]))
}

// A copy also cuts a part out of a larger buffer, which would travel whole.
function copyOf(tensor: Tensor): Tensor {
  switch (tensor.type) {
    case "string":
      return tensor
    case "float32":
      return { ...tensor, data: new Float32Array(tensor.data) }
    case "float64":
      return { ...tensor, data: new Float64Array(tensor.data) }
    case "int64":
      return { ...tensor, data: new BigInt64Array(tensor.data) }
    case "int32":
      return { ...tensor, data: new Int32Array(tensor.data) }
    case "bool":
    case "uint8":
      return { ...tensor, data: new Uint8Array(tensor.data) }
  }
}
