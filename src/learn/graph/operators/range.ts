/** @file start, start + step, ... below a limit. */
import { type Call, inputOf, type Operator, sameType, shapeFault } from "../operator.ts"
import { sizesOf } from "../sizes.ts"
import type { Dimension, SymbolicTensor } from "../tensor.ts"

/** All three are constants, or the limit is a size and the others 0 and 1. */
export const range: Operator = {
  name: "Range",
  domain: "",
  infer: (call) => {
    const type = sameType("Range", [inputOf(call, 0), inputOf(call, 1), inputOf(call, 2)])
    return [{ type, shape: [lengthOf(call)] }]
  },
  derivative: "none",
}

function lengthOf(call: Call): Dimension {
  const [start, limit, step] = [
    numberOf(inputOf(call, 0)),
    numberOf(inputOf(call, 1)),
    numberOf(inputOf(call, 2)),
  ]
  if (typeof start === "number" && typeof limit === "number" && typeof step === "number" && step !== 0)
    return Math.max(Math.ceil((limit - start) / step), 0)
  if (start === 0 && typeof limit === "string" && step === 1) return limit
  throw shapeFault("Range", "its length is not known: the bounds are neither constants nor sizes")
}

function numberOf(tensor: SymbolicTensor): Dimension | null {
  const { origin } = tensor
  if (origin.kind !== "constant") return sizesOf(tensor)?.[0] ?? null
  const { type, data } = origin.value
  return type === "string" || tensor.type === "uint32" ? null : Number(data[0])
}
