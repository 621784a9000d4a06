/** @file What a source of Parquet files and the thread that reads them say to each other. */
import { type ErrorCode, Fault, isFault } from "../../base/errors.ts"
import type { Shard } from "./parquet-plan.ts"
import type { TrainingWindow } from "./source.ts"

/** Columns of one array: [rows, columns], or [rows] of a single column. */
export type ColumnGroup = {
  readonly columns: readonly string[]
  readonly type: "float32" | "int64"
  readonly isFlat: boolean
}

export type ReaderOptions = {
  readonly paths: readonly string[]
  readonly inputs: readonly ColumnGroup[]
  readonly targets: readonly ColumnGroup[]
  readonly weight: string | null
  readonly memoryBytesMax: number
  /** Empty, for the reader alone; its owner removes it. */
  readonly folder: string
}

/** What the reader has found out about the files. */
export type Opened = {
  /** Rows of each row group, for each file. */
  readonly rowGroups: readonly (readonly number[])[]
  /** Size and time of every file: data that others have not. */
  readonly fingerprint: string
}

export type ReadOrder = {
  readonly shards: readonly Shard[]
  /** What the arrays have room for, so that they serve another window afterwards. */
  readonly capacityRows: number
  /** The memory of a window that is done with; empty: there is none yet. */
  readonly spare: readonly ArrayBuffer[]
}

export type ToReader =
  | { readonly kind: "open"; readonly options: ReaderOptions }
  | ({ readonly kind: "read"; readonly id: number } & ReadOrder)
  /** Nobody waits for this reading any more. */
  | { readonly kind: "drop"; readonly id: number }
  | { readonly kind: "close" }

export type FromReader =
  | { readonly kind: "opened"; readonly opened: Opened }
  | { readonly kind: "openFailed"; readonly failure: Failure }
  | { readonly kind: "read"; readonly id: number; readonly window: TrainingWindow }
  | { readonly kind: "readFailed"; readonly id: number; readonly failure: Failure }

/** A fault as plain data (classes do not survive the way between threads); anything else as the text of a mistake of ours. */
export type Failure =
  | { readonly code: ErrorCode; readonly parameters: Readonly<Record<string, string | number>> }
  | { readonly code: null; readonly text: string }

export function failureOf(error: unknown): Failure {
  if (isFault(error)) return { code: error.code, parameters: error.parameters }
  return { code: null, text: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}

export function errorOf(failure: Failure): Error {
  return failure.code === null ? new Error(failure.text) : new Fault(failure.code, failure.parameters)
}

/** The memory of a window, to be handed over without a copy: inputs, targets, weights. */
export function buffersOf({ inputs, targets, weights }: TrainingWindow): ArrayBuffer[] {
  const arrays = [...inputs, ...targets].map(({ data }) => data.buffer)
  const buffers = weights === null ? arrays : [...arrays, weights.buffer]
  return buffers.filter((buffer) => buffer instanceof ArrayBuffer)
}
