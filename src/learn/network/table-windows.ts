/** @file Rows of a table as a network trains on them, with a tenth held out for early stopping. */
import { mix32 } from "../../evaluate/random.ts"
import type { TrainingData } from "../learner.ts"
import type { TrainingWindow } from "./source.ts"
import { inputArrays, type TableNetwork } from "./table-network.ts"
import type { TableTarget } from "./table-target.ts"

const heldOutShare = 0.1

/** By a hash of each row's features and the seed: equal rows are on one side. All rows train when there is no patience. */
export function holdOut(
  data: TrainingData,
  settings: { readonly patience: number | null; readonly seed: number },
): { readonly training: Int32Array; readonly validation: Int32Array | null } {
  const rows = Int32Array.from({ length: data.rowCount }, (_, row) => row)
  if (settings.patience === null) return { training: rows, validation: null }
  const bits = new Int32Array(data.features.buffer, data.features.byteOffset, data.features.length)
  const isHeldOut = (row: number) => {
    let hash = settings.seed
    for (let at = row * data.featureCount; at < (row + 1) * data.featureCount; at++)
      hash = mix32(hash ^ (bits[at] ?? 0))
    return hash / 2 ** 32 < heldOutShare
  }
  const isHeld = Array.from(rows, isHeldOut)
  const validation = rows.filter((row) => isHeld[row])
  const training = rows.filter((row) => !isHeld[row])
  // So few rows that chance left one side empty: nothing to stop by.
  if (validation.length === 0 || training.length === 0) return { training: rows, validation: null }
  return { training, validation }
}

export function windowOf(
  data: TrainingData,
  table: TableNetwork,
  target: TableTarget,
  rows: Int32Array,
): TrainingWindow {
  const { weights } = data
  return {
    rowCount: rows.length,
    inputs: inputArrays(data, table, rows),
    targets: [target.ofRows(rows)],
    weights: weights === null ? null : Float32Array.from(rows, (row) => weights[row] ?? 0),
  }
}
