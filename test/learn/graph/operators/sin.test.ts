import { describeUnary } from "./families.ts"

describeUnary("Sin", { formula: Math.sin })
