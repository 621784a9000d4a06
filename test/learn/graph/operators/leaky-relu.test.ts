import { alpha, describeUnary } from "./families.ts"

for (const slope of [0, 0.25, 1, 1.5, -0.5])
  describeUnary("LeakyRelu", {
    attributes: alpha(slope),
    formula: (x) => (x > 0 ? x : slope * x),
    slopeAtZero: slope,
  })

describeUnary("LeakyRelu", {
  formula: (x) => (x > 0 ? x : Math.fround(0.01) * x),
  slopeAtZero: Math.fround(0.01),
})
