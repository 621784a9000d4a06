/** @file The contract of a model that is loaded in ONNX Runtime and can be run; `openSession` runs in place, `openWorkerSession` in a thread. */

export type TensorType = "float32" | "float64" | "int64" | "bool" | "string" | "uint8" | "int32"

/** Row-major data; int64 comes as BigInt64Array, bool as Uint8Array of 0 and 1. */
export type Tensor =
  | { readonly type: "float32"; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly type: "float64"; readonly shape: readonly number[]; readonly data: Float64Array }
  | { readonly type: "int64"; readonly shape: readonly number[]; readonly data: BigInt64Array }
  | { readonly type: "int32"; readonly shape: readonly number[]; readonly data: Int32Array }
  | { readonly type: "uint8" | "bool"; readonly shape: readonly number[]; readonly data: Uint8Array }
  | { readonly type: "string"; readonly shape: readonly number[]; readonly data: readonly string[] }

export type Tensors = Readonly<Record<string, Tensor>>

/** A declared input or output; -1 is a free dimension. */
export type TensorDeclaration = {
  readonly name: string
  readonly type: TensorType
  readonly shape: readonly number[]
}

export type Session = {
  readonly inputs: readonly TensorDeclaration[]
  readonly outputs: readonly TensorDeclaration[]
  /** Runs the graph; blocks the thread it runs on. Throws ENGINE_RUN_FAILED. */
  readonly run: (feeds: Tensors) => Promise<Tensors>
  /** Gives the model's memory back; waits for runs in progress. */
  readonly close: () => Promise<void>
}
