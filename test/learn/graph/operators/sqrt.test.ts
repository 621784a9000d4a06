import { between } from "../check-gradient.ts"
import { describeUnary } from "./families.ts"

describeUnary("Sqrt", { formula: Math.sqrt, element: between(0.1, 2) })
