/** @file Do our linear models, from CSV to prediction, lose less than scikit-learn's? */
import assert from "node:assert"

import { fitLinear } from "../src/learn/linear.ts"
import type { RecipePlan } from "../src/prepare/recipe.ts"
import type { BenchOptions, BenchResult } from "./report.ts"
import { type Contender, compareOnTables } from "./table-folds.ts"

/** Both sides' default: C = 1, alpha = 1. */
const penalty = 1

const sets = [
  { name: "iris", target: "species" },
  { name: "wine", target: "cultivar" },
  { name: "breast_cancer", target: "diagnosis" },
  { name: "diabetes_progression", target: "progression" },
  { name: "flights_late_25k", target: "late" },
]

const byDefault: Contender = {
  suffix: "",
  form: "oneHot",
  plan: (inferred) => inferred,
  fit: (data) => {
    const learner = fitLinear(data, { penalty, l1Ratio: 0 })
    assert(learner !== null)
    return learner
  },
}

/** scikit-learn's pipeline draws no outlier in: without clipping, the recipes of sets without rare levels are the same. */
const withoutClipping: Contender = {
  ...byDefault,
  suffix: ", without clipping",
  plan: (inferred: RecipePlan) => ({
    ...inferred,
    columns: inferred.columns.map((column) => (column.use === "number" ? { ...column, clip: null } : column)),
  }),
}

export function run(options: BenchOptions): Promise<BenchResult[]> {
  const peer = { learner: "linear", penalty } as const
  return compareOnTables(sets, { contenders: [byDefault, withoutClipping], peer }, options)
}
