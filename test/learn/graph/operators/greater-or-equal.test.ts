import { describeComparison } from "./families.ts"

describeComparison("GreaterOrEqual", (x, y) => x >= y)
