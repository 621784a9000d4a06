import { alpha, describeUnary } from "./families.ts"

for (const depth of [1, 0.5, 2])
  describeUnary("Elu", {
    attributes: alpha(depth),
    formula: (x) => (x > 0 ? x : depth * Math.expm1(x)),
    slopeAtZero: depth,
  })
