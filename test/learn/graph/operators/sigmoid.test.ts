import { describeUnary } from "./families.ts"

describeUnary("Sigmoid", { formula: (x) => 1 / (1 + Math.exp(-x)) })
