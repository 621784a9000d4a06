/** @file Tables of text that fit the terminal: the widest columns give way first. */
import { cutText, padText, textWidth } from "./text.ts"

export type Column = {
  readonly title: string
  readonly align?: "left" | "right"
  /** Never cut: what people copy. */
  readonly whole?: boolean
}

const gap = 2
const narrowest = 4

/** Lines of a table at most `width` columns wide, with its titles and without rules; no row gives no line. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  if (rows.length === 0) return []
  const titles = columns.map(({ title }) => title)
  const widths = fitWidths(
    columns.map((_, index) => Math.max(...[titles, ...rows].map((row) => textWidth(row[index] ?? "")))),
    { width, cuttable: columns.map(({ whole }) => whole !== true) },
  )
  return [titles, ...rows].map((row) =>
    columns
      .map(({ align = "left" }, index) => {
        const columnWidth = widths[index] ?? 0
        return padText(cutText(row[index] ?? "", columnWidth), { width: columnWidth, side: align })
      })
      .join(" ".repeat(gap))
      .trimEnd(),
  )
}

/** Takes a column at a time from the widest until the table fits; none becomes narrower than 4. */
function fitWidths(
  natural: readonly number[],
  { width, cuttable }: { readonly width: number; readonly cuttable: readonly boolean[] },
): number[] {
  const widths = [...natural]
  const total = () => widths.reduce((sum, columnWidth) => sum + columnWidth, gap * (widths.length - 1))
  while (total() > width) {
    const candidates = widths.map((columnWidth, index) => (cuttable[index] ? columnWidth : 0))
    const current = Math.max(...candidates)
    if (current <= narrowest) break
    widths[candidates.indexOf(current)] = current - 1
  }
  return widths
}
