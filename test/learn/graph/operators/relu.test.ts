import { describeUnary } from "./families.ts"

describeUnary("Relu", { formula: (x) => Math.max(x, 0), slopeAtZero: 0 })
