/** @file What one packing call finds wrong or doubtful: counted in full, listed up to a limit, said in sentences only where listed. */
import { type ErrorCode, errorCatalogue, type FaultParameters, fault, type Problem } from "../base/errors.ts"
import { fillPlaceholders } from "../base/sentences/say.ts"

export type WarningCode = "UNSEEN_CATEGORY" | "OUT_OF_RANGE" | "IMPUTED" | "IGNORED_COLUMN"

export type ReportedWarning = {
  readonly code: WarningCode
  readonly message: string
  readonly row: number
  readonly column: string
}

/** Warnings of a strict call are problems. */
export class Report {
  readonly warnings: ReportedWarning[] = []
  warningCount = 0
  readonly #problems: Problem[] = []
  #problemCount = 0
  readonly #seenIgnored = new Set<string>()
  readonly #listedMax: number
  readonly #isStrict: boolean

  constructor(listedMax: number, isStrict: boolean) {
    this.#listedMax = listedMax
    this.#isStrict = isStrict
  }

  problem<Code extends ErrorCode>(
    code: Code,
    parameters: FaultParameters<Code>,
    row: number,
    column?: string,
  ): void {
    this.#problemCount += 1
    if (this.#problems.length >= this.#listedMax) return
    const message = fillPlaceholders(errorCatalogue[code].en, parameters)
    this.#problems.push(column === undefined ? { code, message, row } : { code, message, row, column })
  }

  warn<Code extends WarningCode>(
    code: Code,
    parameters: FaultParameters<Code>,
    row: number,
    column: string,
  ): void {
    if (this.#isStrict) {
      this.problem(code, parameters, row, column)
      return
    }
    this.warningCount += 1
    if (this.warnings.length >= this.#listedMax) return
    this.warnings.push({
      code,
      message: fillPlaceholders(errorCatalogue[code].en, parameters),
      row,
      column,
    })
  }

  /** Was this column not asked about before? */
  isFirst(column: string): boolean {
    if (this.#seenIgnored.has(column)) return false
    this.#seenIgnored.add(column)
    return true
  }

  throwProblems(): void {
    const [first] = this.#problems
    if (first === undefined) return
    const parameters = { count: this.#problemCount, first: first.message }
    throw fault("ROWS_INVALID", parameters, { problems: this.#problems })
  }
}

const describedCharactersMax = 40

/** A short rendering of a wrong value; never walks into lists and objects, which may be huge. */
export function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(shorten(value))
  if (Array.isArray(value)) return "a list"
  if (typeof value === "object" && value !== null) return "an object"
  return String(value)
}

export function shorten(text: string): string {
  return text.length <= describedCharactersMax ? text : `${text.slice(0, describedCharactersMax)}…`
}
