/** @file x P(x), P the distribution function of the normal distribution (Hendrycks & Gimpel 2016), exact or by tanh: P(x) + x P'(x). */
import { unary } from "../elementwise.ts"
import {
  type Call,
  gradientOf,
  inputOf,
  type Operations,
  type Operator,
  scalar,
  textOf,
} from "../operator.ts"
import type { SymbolicTensor } from "../tensor.ts"

export const gelu: Operator = {
  ...unary("Gelu", (call, x) => {
    const slope = isApproximate(call) ? approximateSlope(call, x) : exactSlope(call, x)
    return call.op("Mul", [gradientOf(call), slope])
  }),
  lower: (call) => {
    const { op } = call
    const x = inputOf(call, 0)
    if (x.type !== "float64") return null
    const wave = isApproximate(call) ? op("Tanh", [bent(call, x)]) : op("Erf", [shrunk(call, x)])
    return [op("Mul", [op("Mul", [x, scalar(x.type, 0.5)]), op("Add", [wave, scalar(x.type, 1)])])]
  },
}

function isApproximate({ attributes }: Call): boolean {
  return textOf(attributes, "approximate", "none") === "tanh"
}

/** With t = x / sqrt(2): (1 + erf t + 2 / sqrt(pi) t e^(-t^2)) / 2. */
function exactSlope(operations: Operations, x: SymbolicTensor): SymbolicTensor {
  const { op } = operations
  const t = shrunk(operations, x)
  const bell = op("Exp", [op("Neg", [op("Mul", [t, t])])])
  const moving = op("Mul", [op("Mul", [t, bell]), scalar(x.type, 2 / Math.sqrt(Math.PI))])
  const sum = op("Add", [op("Add", [op("Erf", [t]), moving]), scalar(x.type, 1)])
  return op("Mul", [sum, scalar(x.type, 0.5)])
}

function shrunk({ op }: Operations, x: SymbolicTensor): SymbolicTensor {
  return op("Mul", [x, scalar(x.type, Math.SQRT1_2)])
}

const scale = Math.sqrt(2 / Math.PI)
const cubic = 0.044715

/** With u = bent x: (1 + tanh u) / 2 + x / 2 (1 - tanh^2 u) u', where x u' = scale (x + 3 cubic x^3). */
function approximateSlope(operations: Operations, x: SymbolicTensor): SymbolicTensor {
  const { op } = operations
  const wave = op("Tanh", [bent(operations, x)])
  const one = scalar(x.type, 1)
  const steepness = op("Sub", [one, op("Mul", [wave, wave])])
  const moving = op("Mul", [steepness, polynomial(operations, x, 3 * cubic)])
  return op("Mul", [op("Add", [op("Add", [wave, moving]), one]), scalar(x.type, 0.5)])
}

/** scale (x + cubic x^3) */
function bent(operations: Operations, x: SymbolicTensor): SymbolicTensor {
  return polynomial(operations, x, cubic)
}

/** scale (x + factor x^3) */
function polynomial({ op }: Operations, x: SymbolicTensor, factor: number): SymbolicTensor {
  const square = op("Mul", [op("Mul", [x, x]), scalar(x.type, scale * factor)])
  return op("Mul", [x, op("Add", [square, scalar(x.type, scale)])])
}
