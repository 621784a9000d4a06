import { describeStep } from "./families.ts"

describeStep("Sign", Math.sign, [-1.5, -0.25, 0, 0.25, 1.5])
