import { describeUnary } from "./families.ts"

describeUnary("Tanh", { formula: Math.tanh })
