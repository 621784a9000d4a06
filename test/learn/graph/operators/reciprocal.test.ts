import { describeUnary } from "./families.ts"

describeUnary("Reciprocal", { formula: (x) => 1 / x })
