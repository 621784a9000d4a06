import { describeUnary } from "./families.ts"

describeUnary("Softplus", { formula: (x) => Math.log1p(Math.exp(x)) })
