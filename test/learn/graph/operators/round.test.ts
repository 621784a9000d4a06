import { describeStep } from "./families.ts"

// Halves go to the even number.
describeStep(
  "Round",
  (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)),
  [-2.5, -1.5, -0.75, 0.5, 1.25, 1.5, 2.5],
)
