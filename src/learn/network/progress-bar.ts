/** @file A training's progress in a terminal: a line that is written over, and one that stays for each epoch. */
import type { EpochRecord } from "./course.ts"
import type { Progress } from "./fit.ts"

export type ProgressBar = {
  readonly show: (progress: Progress) => void
  readonly endEpoch: (record: EpochRecord, epochs: number) => void
  readonly close: () => void
}

const barWidth = 24
/** Oftener than this nobody sees it. */
const refreshMs = 100

/** Writes to stderr: what a program prints is not mixed with it. */
export function createProgressBar(isShown: boolean): ProgressBar {
  if (!isShown) return { show: () => {}, endEpoch: () => {}, close: () => {} }
  let shownMs = Number.NEGATIVE_INFINITY
  let isOpen = false
  const write = (text: string) => process.stderr.write(`\r\x1b[K${text}`)
  return {
    show: (progress) => {
      const nowMs = performance.now()
      if (nowMs - shownMs < refreshMs) return
      shownMs = nowMs
      isOpen = true
      write(lineOf(progress))
    },
    endEpoch: ({ epoch, loss, durationMs, metrics }, epochs) => {
      write(`epoch ${epoch + 1}/${epochs}  ${(durationMs / 1_000).toFixed(2)} s  ${figures(loss, metrics)}\n`)
      isOpen = false
    },
    close: () => {
      if (isOpen) process.stderr.write("\n")
      isOpen = false
    },
  }
}

function lineOf({ epoch, epochs, rows, rowCount, loss, metrics }: Progress): string {
  const done = Math.round((barWidth * rows) / rowCount)
  const bar = `${"█".repeat(done)}${"░".repeat(Math.max(barWidth - done, 0))}`
  return `epoch ${epoch + 1}/${epochs}  ${bar}  ${rows}/${rowCount}  ${figures(loss, metrics)}`
}

function figures(loss: number, metrics: Readonly<Record<string, number>>): string {
  return Object.entries({ loss, ...metrics })
    .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
    .join("  ")
}
