/** @file The error function: 2 / sqrt(pi) e^(-x^2). */
import { unary } from "../elementwise.ts"
import {
  type Call,
  gradientOf,
  inputOf,
  integers,
  type Operations,
  type Operator,
  scalar,
} from "../operator.ts"
import { constant, type SymbolicTensor } from "../tensor.ts"

const slopeAtZero = 2 / Math.sqrt(Math.PI)

export const erf: Operator = {
  ...unary("Erf", (call, x) => {
    const { op } = call
    return op("Mul", [gradientOf(call), bell(call, x)])
  }),
  lower: (call) => (inputOf(call, 0).type === "float64" ? [inFloat64(call)] : null),
}

/** 2 / sqrt(pi) e^(-x^2) */
function bell({ op }: Operations, x: SymbolicTensor): SymbolicTensor {
  const exponential = op("Exp", [op("Neg", [op("Mul", [x, x])])])
  return op("Mul", [exponential, scalar(x.type, slopeAtZero)])
}

/** From here on 1 to the last bit of a float64. */
const largest = 6

/** Enough for `largest`: the terms fall from about the x^2-th on. */
const termCount = 130

/**
 * 2 / sqrt(pi) e^(-x^2) sum of 2^n x^(2n+1) / (1 3 5 ... (2n+1)) over n from 0 (Abramowitz & Stegun 1964, 7.1.6): terms of one sign, so that
 * nothing cancels; relative error about 1e-15.
 */
function inFloat64(call: Call & Operations): SymbolicTensor {
  const { op } = call
  const x = op("Clip", [inputOf(call, 0), scalar("float64", -largest), scalar("float64", largest)])
  const squares = op("Unsqueeze", [op("Mul", [op("Mul", [x, x]), scalar("float64", 2)]), integers([-1])])
  const powers = op("Pow", [squares, vector(Array.from({ length: termCount }, (_, n) => n))])
  const terms = op("Mul", [powers, vector(coefficients())])
  const sum = op("ReduceSum", [terms, integers([-1])], { keepdims: { kind: "int", value: 0n } })
  return op("Mul", [op("Mul", [x, sum]), bell(call, x)])
}

/** 1 / (1 3 5 ... (2n+1)) */
function coefficients(): readonly number[] {
  let product = 1
  return Array.from({ length: termCount }, (_, n) => {
    product *= 2 * n + 1
    return 1 / product
  })
}

function vector(values: readonly number[]): SymbolicTensor {
  return constant({ type: "float64", shape: [values.length], data: Float64Array.from(values) })
}
