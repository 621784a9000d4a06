import { valuesOf } from "../check-gradient.ts"
import { describeReduction } from "./families.ts"

describeReduction("ReduceMean", {
  formula: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  values: valuesOf,
})
