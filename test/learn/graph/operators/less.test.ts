import { describeComparison } from "./families.ts"

describeComparison("Less", (x, y) => x < y)
