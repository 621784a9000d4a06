import { describeComparison } from "./families.ts"

describeComparison("LessOrEqual", (x, y) => x <= y)
