/** @file Small networks, where a step costs more in calls than in arithmetic: how far is Quernstone ahead of Keras and PyTorch on one thread? */
import { compareTraining, type Problem } from "./peers/compare-training.ts"
import type { BenchOptions, BenchResult } from "./report.ts"

const common = { batch: 32, epochs: 10, threads: 1 } as const
const problems: readonly Problem[] = [
  { ...common, name: "8-10-1, 768 rows", sizes: [8, 10, 1], rows: 768 },
  { ...common, name: "8-10-1, 100,000 rows", sizes: [8, 10, 1], rows: 100_000 },
  { ...common, name: "30-64-64-1, 100,000 rows", sizes: [30, 64, 64, 1], rows: 100_000 },
]

export async function run({ isSmallest }: BenchOptions): Promise<readonly BenchResult[]> {
  const results: BenchResult[] = []
  for (const problem of isSmallest ? problems.slice(0, 1) : problems)
    results.push(...(await compareTraining(problem, { hasPeers: !isSmallest })))
  return results
}
