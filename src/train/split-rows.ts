/** @file Which rows are fitted on, which choose, which are held back to the end; decided by each row's own content. */
import { fault } from "../base/errors.ts"
import type { Limits } from "../base/limits.ts"
import { assignFolds, assignSides, hashColumns, rowsOfSide } from "../prepare/split.ts"
import type { Table } from "../table/table.ts"
import type { Fold } from "./selection.ts"

export type RowSplit = {
  readonly strategy: "cross-validation" | "holdout"
  /** What the recipe is inferred from. */
  readonly trainRows: Uint32Array
  readonly folds: readonly Fold[]
  /** What the winner is refitted on. */
  readonly allButTest: Uint32Array
  readonly testRows: Uint32Array
  readonly counts: {
    readonly train: number
    readonly validation: number
    readonly calibration: number
    readonly test: number
  }
}

/** Below this nothing that is measured would mean anything. */
export const trainingRowsMin = 30
const foldCount = 5
const shares = { train: 0.6, validation: 0.1, calibration: 0.1, test: 0.2 }

/**
 * Rows of equal content are on one side; appended rows move none. Up to `crossValidationRowsMax` rows besides the test
 * rows five folds take turns, above it one holdout chooses. Throws TRAINING_ROWS_FEW.
 */
export function splitRows(options: {
  readonly table: Table
  /** Columns that may be learned from: rows that differ in an identifier alone are equal. */
  readonly names: readonly string[]
  /** Rows that have a target. */
  readonly rows: Uint32Array
  readonly seed: number
  readonly limits: Pick<Limits, "crossValidationRowsMax">
}): RowSplit {
  const { table, names, rows, seed, limits } = options
  const hashes = hashColumns(table, names, rows)
  const sides = assignSides({ hashes, seed, shares: Object.values(shares) })
  const [trainRows, validationRows, calibrationRows, testRows] = [0, 1, 2, 3].map((side) =>
    rowsOfSide(sides, side, rows),
  )
  if (
    trainRows === undefined ||
    validationRows === undefined ||
    calibrationRows === undefined ||
    testRows === undefined
  )
    throw new Error("there are four sides")
  const allButTest = rowsOfSide(
    sides.map((side) => (side === 3 ? 1 : 0)),
    0,
    rows,
  )
  if (rows.length < trainingRowsMin || testRows.length === 0 || trainRows.length === 0)
    throw fault("TRAINING_ROWS_FEW", { rows: rows.length, least: trainingRowsMin })
  const test = testRows.length
  if (allButTest.length > limits.crossValidationRowsMax) {
    const counts = {
      train: trainRows.length,
      validation: validationRows.length,
      calibration: calibrationRows.length,
      test,
    }
    const folds = [{ fitRows: trainRows, predictRows: validationRows }]
    return { strategy: "holdout", trainRows, folds, allButTest, testRows, counts }
  }
  const folds = crossValidationFolds({ table, names, rows: allButTest, seed })
  if (folds.length < 2) throw fault("TRAINING_ROWS_FEW", { rows: rows.length, least: trainingRowsMin })
  const counts = { train: allButTest.length, validation: 0, calibration: 0, test }
  return { strategy: "cross-validation", trainRows: allButTest, folds, allButTest, testRows, counts }
}

function crossValidationFolds(options: {
  readonly table: Table
  readonly names: readonly string[]
  readonly rows: Uint32Array
  readonly seed: number
}): Fold[] {
  const { table, names, rows, seed } = options
  const folds = assignFolds({ hashes: hashColumns(table, names, rows), seed, folds: foldCount })
  return Array.from({ length: foldCount }, (_, fold) => ({
    fitRows: rowsOfSide(
      folds.map((other) => (other === fold ? 1 : 0)),
      0,
      rows,
    ),
    predictRows: rowsOfSide(folds, fold, rows),
  })).filter(({ fitRows, predictRows }) => fitRows.length > 0 && predictRows.length > 0)
}
