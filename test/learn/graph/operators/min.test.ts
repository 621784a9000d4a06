import { describeExtreme } from "./extremes.ts"

describeExtreme("Min", { formula: Math.min, third: 3 })
