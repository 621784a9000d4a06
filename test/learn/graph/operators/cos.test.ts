import { describeUnary } from "./families.ts"

describeUnary("Cos", { formula: Math.cos })
