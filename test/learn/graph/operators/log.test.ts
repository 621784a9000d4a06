import { between } from "../check-gradient.ts"
import { describeUnary } from "./families.ts"

describeUnary("Log", { formula: Math.log, element: between(0.1, 2) })
