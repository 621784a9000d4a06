/** @file A network whose steps are matrix products, on two threads: is Quernstone faster than PyTorch, and in how much memory? */
import { compareTraining, type Problem } from "./peers/compare-training.ts"
import type { BenchOptions, BenchResult } from "./report.ts"

const problem: Problem = {
  name: "784-512-256-10, 60,000 rows",
  sizes: [784, 512, 256, 10],
  rows: 60_000,
  batch: 128,
  epochs: 3,
  threads: 2,
}

export function run({ isSmallest }: BenchOptions): Promise<readonly BenchResult[]> {
  const smallest = { ...problem, name: "784-512-256-10, 1,000 rows", rows: 1_000, epochs: 2 }
  return compareTraining(isSmallest ? smallest : problem, { hasPeers: !isSmallest })
}
