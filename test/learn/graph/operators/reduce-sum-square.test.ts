import { valuesOf } from "../check-gradient.ts"
import { describeReduction } from "./families.ts"

describeReduction("ReduceSumSquare", {
  formula: (values) => values.reduce((sum, value) => sum + value * value, 0),
  values: valuesOf,
})
