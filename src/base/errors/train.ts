import type { ErrorRow } from "../errors.ts"

export const trainErrors = {
  TRAINING_ROWS_FEW: {
    kind: "unprocessable",
    en: "Only {rows} rows have a target, or nearly all of them are equal; at least {least} different ones are needed. Add rows.",
    zh: "只有 {rows} 行有目标值，或几乎全部相同；至少需要 {least} 行不同的数据。请增加数据行。",
  },
} as const satisfies Readonly<Record<string, ErrorRow>>
