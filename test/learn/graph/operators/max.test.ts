import { describeExtreme } from "./extremes.ts"

describeExtreme("Max", { formula: Math.max, third: 1 })
