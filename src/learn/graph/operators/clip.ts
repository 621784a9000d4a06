/** @file x drawn in between least and greatest, scalars that may be left out: the gradient where x was within, the bounds included. */
import { expandTo, sumTo } from "../broadcast.ts"
import {
  type DerivativeCall,
  gradientOf,
  inputOf,
  type Operator,
  outputOf,
  sameType,
  scalar,
  shapeFault,
} from "../operator.ts"
import type { SymbolicTensor } from "../tensor.ts"

export const clip: Operator = {
  name: "Clip",
  domain: "",
  infer: (call) => {
    const given = call.inputs.filter((input) => input !== null)
    const { shape } = inputOf(call, 0)
    if (given.slice(1).some((bound) => bound.shape.length > 0))
      throw shapeFault("Clip", "its bounds are no scalars")
    return [{ type: sameType("Clip", given), shape }]
  },
  takesBroadcastGradients: true,
  derivative: (call) => {
    const { op, needs } = call
    const x = inputOf(call, 0)
    return [
      needs(0) ? where(call, op("Equal", [x, outputOf(call)])) : null,
      needs(1) ? sumTo(call, where(call, op("Less", [x, inputOf(call, 1)])), []) : null,
      needs(2) ? sumTo(call, where(call, op("Greater", [x, inputOf(call, 2)])), []) : null,
    ]
  },
}

function where(call: DerivativeCall, condition: SymbolicTensor): SymbolicTensor {
  const gradient = gradientOf(call)
  return expandTo(call, call.op("Where", [condition, gradient, scalar(gradient.type, 0)]), outputOf(call))
}
