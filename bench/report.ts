/** @file What a bench gives back, and how it is printed: a table, then one JSON object as the last line. */
import { cpus } from "node:os"

export type BenchResult = {
  readonly case: string
  readonly unit: string
  readonly ours: number
  /** Null where there is no peer, or without peers. */
  readonly peer: number | null
  readonly peerName: string | null
  /** Above 1 we are better. */
  readonly ratio: number | null
}

export type BenchOptions = {
  /** The smallest case, without peers: what CI runs so that no bench rots. */
  readonly isSmallest: boolean
}

/** Every file of bench/ that is a bench exports `run`. */
export type Bench = { readonly run: (options: BenchOptions) => Promise<readonly BenchResult[]> }

export function printReport(bench: string, results: readonly BenchResult[]): void {
  const rows = results.map(({ case: name, unit, ours, peer, peerName, ratio }) => [
    name,
    figure(ours),
    unit,
    peerName ?? "-",
    peer === null ? "-" : figure(peer),
    ratio === null ? "-" : ratio.toFixed(2),
  ])
  const table = [["case", "ours", "unit", "peer", "theirs", "ratio"], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? []
  for (const row of table) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
  const [cpu] = cpus()
  const machine = { cpu: cpu?.model ?? "unknown", cores: cpus().length, node: process.version }
  console.log(JSON.stringify({ bench, machine, results }))
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

function figure(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(4)
}
