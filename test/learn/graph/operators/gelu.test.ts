import { text } from "../../../../src/onnx/attributes.ts"
import { describeUnary } from "./families.ts"

const scale = Math.sqrt(2 / Math.PI)

describeUnary("Gelu", {
  attributes: { approximate: text("tanh") },
  formula: (x) => (x / 2) * (1 + Math.tanh(scale * (x + 0.044715 * x ** 3))),
})

// Without a formula of elementary functions, the integral of the normal density by Simpson's rule stands for it.
describeUnary("Gelu", { formula: (x) => x * (0.5 + integral(normalDensity, x)), precision: 1e-11 })

function normalDensity(t: number): number {
  return Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI)
}

function integral(f: (t: number) => number, to: number): number {
  const count = 400
  const width = to / count
  let sum = f(0) + f(to)
  for (let at = 1; at < count; at++) sum += (at % 2 === 0 ? 2 : 4) * f(at * width)
  return (sum * width) / 3
}
