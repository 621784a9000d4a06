import { describeComparison } from "./families.ts"

describeComparison("Greater", (x, y) => x > y)
