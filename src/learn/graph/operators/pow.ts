/** @file x^e: e x^(e-1) by x, and y ln x by e, which is known for x above 0 only. */
import { inferElementwise, passBack } from "../broadcast.ts"
import { toType } from "../elementwise.ts"
import {
  type DerivativeCall,
  gradientOf,
  inputOf,
  isConstantOf,
  type Operator,
  outputOf,
  scalar,
} from "../operator.ts"
import type { SymbolicTensor } from "../tensor.ts"

/** The exponent may be of another type than the base. */
export const pow: Operator = {
  name: "Pow",
  domain: "",
  infer: (call) => inferElementwise("Pow", call),
  takesBroadcastGradients: true,
  derivative: (call) => {
    const { op, needs } = call
    const [x, exponent] = [inputOf(call, 0), inputOf(call, 1)]
    const gradient = gradientOf(call)
    const byExponent = () => op("Mul", [gradient, op("Mul", [outputOf(call), op("Log", [x])])])
    return [
      needs(0) ? passBack(call, op("Mul", [gradient, slope(call, x, exponent)]), 0) : null,
      needs(1) ? passBack(call, toType(call, byExponent(), exponent.type), 1) : null,
    ]
  },
}

function slope(call: DerivativeCall, x: SymbolicTensor, exponent: SymbolicTensor): SymbolicTensor {
  const { op } = call
  if (isConstantOf(exponent, 2)) return op("Mul", [x, scalar(x.type, 2)])
  const factor = toType(call, exponent, x.type)
  return op("Mul", [factor, op("Pow", [x, op("Sub", [factor, scalar(x.type, 1)])])])
}
