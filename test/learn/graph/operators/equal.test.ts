import { describeComparison } from "./families.ts"

describeComparison("Equal", (x, y) => x === y)
