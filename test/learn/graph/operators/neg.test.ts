import { describeUnary } from "./families.ts"

describeUnary("Neg", { formula: (x) => -x })
