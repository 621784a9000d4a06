/** @file Do our networks, with their defaults, lose less on tables than scikit-learn's? */
import assert from "node:assert"

import { defaultNetworkSettings, fitNetwork } from "../src/learn/network.ts"
import type { BenchOptions, BenchResult } from "./report.ts"
import { type Contender, compareOnTables } from "./table-folds.ts"

const sets = [
  { name: "iris", target: "species" },
  { name: "wine", target: "cultivar" },
  { name: "breast_cancer", target: "diagnosis" },
  { name: "digits_8x8", target: "digit" },
  { name: "diabetes_progression", target: "progression" },
  { name: "flights_late_25k", target: "late" },
]

const byDefault: Contender = {
  suffix: "",
  form: "coded",
  plan: (inferred) => inferred,
  fit: async (data, fold) => {
    const learner = await fitNetwork(data, { ...defaultNetworkSettings, seed: fold + 1 })
    assert(learner !== null)
    return learner
  },
}

export function run(options: BenchOptions): Promise<BenchResult[]> {
  const peer = { learner: "network", penalty: null } as const
  return compareOnTables(sets, { contenders: [byDefault], peer }, options)
}
