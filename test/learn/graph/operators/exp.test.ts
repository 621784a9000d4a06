import { describeUnary } from "./families.ts"

describeUnary("Exp", { formula: Math.exp })
