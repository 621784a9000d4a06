import { valuesOf } from "../check-gradient.ts"
import { describeReduction } from "./families.ts"

describeReduction("ReduceL1", {
  formula: (values) => values.reduce((sum, value) => sum + Math.abs(value), 0),
  values: valuesOf,
})
