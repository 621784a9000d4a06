import { describeUnary } from "./families.ts"

for (const [slope, offset] of [
  [0.2, 0.5],
  [1, 0],
] as const)
  describeUnary("HardSigmoid", {
    attributes: { alpha: { kind: "float", value: slope }, beta: { kind: "float", value: offset } },
    formula: (x) => Math.min(Math.max(slope * x + offset, 0), 1),
    ...(offset === 0 ? { slopeAtZero: 0 } : {}),
  })
