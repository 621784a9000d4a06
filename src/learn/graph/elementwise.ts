/** @file Operators on single elements have one shape: a name, and the factor or factors that the gradient is multiplied by. */
import { inferElementwise, passBack } from "./broadcast.ts"
import { type DerivativeCall, gradientOf, inputOf, type Operator, outputOf, sameType } from "./operator.ts"
import type { SymbolicTensor } from "./tensor.ts"

/** `derivative(call, x, y)`: the gradient of x by that of y = f(x), which `gradientOf(call)` is. */
export function unary(
  name: string,
  derivative: (call: DerivativeCall, x: SymbolicTensor, y: SymbolicTensor) => SymbolicTensor,
): Operator {
  return {
    name,
    domain: "",
    infer: (call) => inferElementwise(name, call),
    takesBroadcastGradients: true,
    derivative: (call) => [call.needs(0) ? derivative(call, inputOf(call, 0), outputOf(call)) : null],
  }
}

/** Of two inputs of one type, which broadcast; each gradient is summed back to its input's shape. */
export function binary(
  name: string,
  derivatives: readonly [
    (call: DerivativeCall, gradient: SymbolicTensor) => SymbolicTensor,
    (call: DerivativeCall, gradient: SymbolicTensor) => SymbolicTensor,
  ],
): Operator {
  return {
    name,
    domain: "",
    infer: (call) => {
      sameType(name, [inputOf(call, 0), inputOf(call, 1)])
      return inferElementwise(name, call)
    },
    takesBroadcastGradients: true,
    derivative: (call) =>
      derivatives.map((derivative, input) =>
        call.needs(input) ? passBack(call, derivative(call, gradientOf(call)), input) : null,
      ),
  }
}

/** Of two inputs of one type: what is so of each pair; bool. Its changes are jumps, so no gradient passes. */
export function comparison(name: string): Operator {
  return {
    name,
    domain: "",
    infer: (call) => {
      sameType(name, [inputOf(call, 0), inputOf(call, 1)])
      return inferElementwise(name, call, "bool")
    },
    derivative: "none",
  }
}

/** Of integers or truth values, or constant between jumps. */
export function withoutGradient(name: string): Operator {
  return { name, domain: "", infer: (call) => inferElementwise(name, call), derivative: "none" }
}
