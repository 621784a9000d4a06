import { describeStep } from "./families.ts"

describeStep("Floor", Math.floor, [-1.5, -1, -0.25, 0.25, 1, 1.5])
