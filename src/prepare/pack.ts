/** @file Raw rows to tensors, checked against a signature compiled once: the hot path of every prediction, so no schema library and no promise. */
import type { Limits } from "../base/limits.ts"
import { describe, Report, type ReportedWarning, shorten } from "./pack-report.ts"
import { compileColumn, packRow, type Row, Tensors } from "./pack-row.ts"
import { inputWidths, type PackedRows, type Signature } from "./signature.ts"

/** What was answered all the same; `row` counts from 0. IGNORED_COLUMN comes once a column, with the first row that has it. */
export type PackWarning = ReportedWarning

export type Packed = {
  readonly packed: PackedRows
  /** At most `limits.problemsListedMax`; row by row, columns in the signature's order. */
  readonly warnings: readonly PackWarning[]
  /** All of them, listed or not. */
  readonly warningCount: number
}

export type Packer = {
  /** `strict` makes warnings problems. Throws ROWS_INVALID with all problems counted and the first `limits.problemsListedMax` listed. */
  readonly pack: (rows: readonly unknown[], options: { readonly strict: boolean }) => Packed
}

export function compilePacker(signature: Signature, limits: Pick<Limits, "problemsListedMax">): Packer {
  const columns = signature.columns.map(compileColumn)
  const names = new Set(signature.columns.map(({ name }) => name))
  const ignored = new Map(signature.ignored.map(({ name, reason }) => [name, reason]))
  const widths = inputWidths(signature)
  return {
    pack: (rows, { strict }) => {
      const report = new Report(limits.problemsListedMax, strict)
      const tensors = new Tensors(rows.length, widths)
      for (let at = 0; at < rows.length; at += 1) {
        const row = rows[at]
        if (!isRow(row)) {
          report.problem("ROW_NOT_OBJECT", { row: at, got: describe(row) }, at)
          continue
        }
        const found = packRow({ row, at, columns, tensors, report })
        const keys = Object.keys(row)
        if (keys.length !== found) reportOthers({ keys, at, names, ignored, report })
      }
      report.throwProblems()
      return { packed: tensors.packed(), warnings: report.warnings, warningCount: report.warningCount }
    },
  }
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function reportOthers(options: {
  readonly keys: readonly string[]
  readonly at: number
  readonly names: ReadonlySet<string>
  readonly ignored: ReadonlyMap<string, string>
  readonly report: Report
}): void {
  const { keys, at: row, names, ignored, report } = options
  for (const column of keys) {
    if (names.has(column)) continue
    const reason = ignored.get(column)
    if (reason === undefined) report.problem("COLUMN_UNKNOWN", { row, column: shorten(column) }, row, column)
    else if (report.isFirst(column)) report.warn("IGNORED_COLUMN", { row, column, reason }, row, column)
  }
}
