import { describeStep } from "./families.ts"

describeStep("Ceil", Math.ceil, [-1.5, -1, -0.25, 0.25, 1, 1.5])
