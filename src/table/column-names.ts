/** @file Names of columns from a header: made where there is none, cut where too long, refused where two are alike. */

import { fault } from "../base/errors.ts"
import type { Sentence } from "../base/sentences/say.ts"
import type { Sniffed } from "./csv-sniff.ts"
import { importNote } from "./import-notes.ts"

/** Throws TOO_MANY_COLUMNS, DUPLICATE_COLUMN. */
export function columnNames(
  sniffed: Sniffed,
  columnsMax: number,
): { readonly names: readonly string[]; readonly warnings: readonly Sentence[] } {
  const { columnCount } = sniffed
  if (columnCount > columnsMax) throw fault("TOO_MANY_COLUMNS", { columns: columnCount, limit: columnsMax })
  const given = sniffed.dialect.hasHeader ? sniffed.firstRecord.map(tidyName) : []
  const taken = new Set(given.map(folded))
  const warnings: Sentence[] = []
  const names: string[] = []
  for (let index = 0; index < columnCount; index++) {
    const name = given[index] ?? ""
    if (name !== "" && name.length <= nameLengthMax) {
      names.push(name)
      continue
    }
    const made = freeName(name === "" ? `column${index + 1}` : name.slice(0, nameLengthMax), taken)
    names.push(made)
    if (!sniffed.dialect.hasHeader) continue
    warnings.push(
      name === ""
        ? importNote("nameMissing", { number: index + 1, name: made })
        : importNote("nameCut", { number: index + 1, limit: nameLengthMax, name: made }),
    )
  }
  refuseDuplicates(names)
  return { names, warnings }
}

const nameLengthMax = 200

/** One spelling for what people read as one name: composed letters, no blanks around, none but spaces within. */
function tidyName(name: string): string {
  return name.normalize("NFC").replace(/\s+/gu, " ").trim()
}

/** DuckDB and people take `Age` and `age` for one column. */
function folded(name: string): string {
  return name.toLowerCase()
}

function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted
  for (let suffix = 2; taken.has(folded(name)); suffix++) name = `${wanted}_${suffix}`
  taken.add(folded(name))
  return name
}

function refuseDuplicates(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(folded(name))) throw fault("DUPLICATE_COLUMN", { column: JSON.stringify(name) })
    seen.add(folded(name))
  }
}
