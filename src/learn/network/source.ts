/** @file Where batches come from: rows in memory, or window after window of rows that memory does not hold at once. */
import assert from "node:assert"

import { elementCountOf } from "../../onnx/element-types.ts"

/** Row-major; shape[0] is the number of rows. */
export type TrainingArray =
  | { readonly type: "float32"; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly type: "int64"; readonly shape: readonly number[]; readonly data: BigInt64Array }

/** Rows in memory: one array per input and per target of the model. */
export type TrainingWindow = {
  readonly rowCount: number
  readonly inputs: readonly TrainingArray[]
  readonly targets: readonly TrainingArray[]
  /** One per row; null: every row weighs 1. */
  readonly weights: Float32Array | null
}

/** The order of windows, and of rows within one, is a function of (seed, epoch) alone: a resumed training sees the same. */
export type TrainingSource = {
  readonly rowCount: number
  /** Whether its windows bring weights; not said: they do not. */
  readonly hasWeights?: boolean
  /** By which a checkpoint knows these data again; not said: by the number of rows alone. */
  readonly fingerprint?: string
  /**
   * Windows of an epoch, counted from 0, from the `from`-th on; the fit shuffles the rows within each. A window's arrays are its reader's
   * until it asks for the next one: their memory may be used again.
   */
  readonly windows: (epoch: number, from: number) => AsyncIterable<TrainingWindow>
  readonly close: () => Promise<void>
}

/** Rows of one run that is not training: bounds what it takes in memory beside the rows. */
export const rowsPerRun = 4_096

/** Rows [from, to), without a copy. */
export function rowsOf(array: TrainingArray, from: number, to: number): TrainingArray {
  const [rows = 0, ...rest] = array.shape
  const width = elementCountOf(rest)
  assert(to <= rows)
  const shape = [to - from, ...rest]
  return array.type === "float32"
    ? { type: "float32", shape, data: array.data.subarray(from * width, to * width) }
    : { type: "int64", shape, data: array.data.subarray(from * width, to * width) }
}

/** All rows as the one window of every epoch. */
export function arraySource(window: TrainingWindow): TrainingSource {
  for (const { shape } of [...window.inputs, ...window.targets])
    assert(shape[0] === window.rowCount, "every array has as many rows")
  return {
    rowCount: window.rowCount,
    hasWeights: window.weights !== null,
    windows: async function* (_epoch, from) {
      if (from === 0) yield window
    },
    close: async () => {},
  }
}
