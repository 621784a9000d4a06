/** @file A wait that can be seen: a bar that redraws itself on a terminal, one plain line a phase elsewhere. */
import { cutText, textWidth } from "./text.ts"

/** The part of a writable stream that a terminal needs. */
export type Output = {
  readonly write: (text: string) => unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

const barWidth = 24
const redrawMs = 200
/** A wait shorter than this is not worth a line in a log. */
const quietMs = 1_500

export class Progress {
  readonly #output: Output
  readonly #startedMs = performance.now()
  readonly #timer: NodeJS.Timeout
  #label: string
  #share: number | null = null
  #printed = ""

  constructor(output: Output, label: string) {
    this.#output = output
    this.#label = label
    this.#timer = setInterval(() => this.#draw(), redrawMs)
    this.#timer.unref()
  }

  /** `share` from 0 to 1, null where the end is not known. */
  update(label: string, share: number | null): void {
    this.#label = label
    this.#share = share === null ? null : Math.min(1, Math.max(0, share))
    this.#draw()
  }

  /** Takes the bar away; a log keeps its lines. */
  end(): void {
    clearInterval(this.#timer)
    if (this.#output.isTTY) this.#output.write("\r\u001b[K")
  }

  #draw(): void {
    const elapsedMs = performance.now() - this.#startedMs
    if (this.#output.isTTY) {
      const columns = this.#output.columns ?? 80
      this.#output.write(`\r\u001b[K${cutText(this.#barLine(elapsedMs), columns - 1)}`)
    } else if (elapsedMs >= quietMs && this.#printed !== this.#label) {
      this.#printed = this.#label
      this.#output.write(`${this.#label} ...\n`)
    }
  }

  #barLine(elapsedMs: number): string {
    const seconds = `${Math.floor(elapsedMs / 1000)} s`
    if (this.#share === null) return `${this.#label} ... ${seconds}`
    const full = Math.round(this.#share * barWidth)
    const bar = `[${"#".repeat(full)}${"-".repeat(barWidth - full)}]`
    const percent = `${Math.floor(this.#share * 100)}%`.padStart(4)
    const label = cutText(this.#label, 36)
    return `${label}${" ".repeat(Math.max(1, 38 - textWidth(label)))}${bar} ${percent} ${seconds}`
  }
}
