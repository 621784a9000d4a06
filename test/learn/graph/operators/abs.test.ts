import { describeUnary } from "./families.ts"

describeUnary("Abs", { formula: Math.abs, slopeAtZero: 0 })
