/**
 * @file The axes from one on brought to mean 0 and deviation 1, then scaled and moved (Ba et al. 2016). Outputs: y, the mean, and 1 / deviation.
 * With h = (x - mean) / deviation and s = scale g: (s - mean(s) - h mean(s h)) / deviation.
 */
import { broadcastShape, sumTo } from "../broadcast.ts"
import {
  axisOf,
  type Call,
  type DerivativeCall,
  floatOf,
  inputOf,
  intOf,
  type Operations,
  type Operator,
  sameType,
  scalar,
  shapeFault,
} from "../operator.ts"
import { averageOver, countOver } from "../reduction.ts"
import { type SymbolicTensor, sameShape } from "../tensor.ts"

export const layerNormalization: Operator = {
  name: "LayerNormalization",
  domain: "",
  infer: (call) => {
    const { shape } = inputOf(call, 0)
    const first = axesOf(call)[0] ?? 0
    const given = call.inputs.filter((input) => input !== null)
    const type = sameType("LayerNormalization", given)
    const shapes = given.map((input) => input.shape)
    if (!sameShape(broadcastShape("LayerNormalization", shapes), shape))
      throw shapeFault("LayerNormalization", `its scale or bias is larger than [${shape.join(", ")}]`)
    const reduced = { type, shape: shape.map((size, axis) => (axis >= first ? 1 : size)) }
    return [{ type, shape }, reduced, reduced]
  },
  derivative: (call) => {
    const { op, needs, gradients, outputs } = call
    const [x, scale] = [inputOf(call, 0), inputOf(call, 1)]
    const [, mean = x, inverse = x] = outputs
    const gradient = gradients[0] ?? null
    const unit = op("Mul", [op("Sub", [x, mean]), inverse])
    const bias = call.inputs[2] ?? null
    return [
      needs(0) ? inputGradient(call, unit, inverse) : null,
      needs(1) && gradient !== null ? sumTo(call, op("Mul", [gradient, unit]), scale.shape) : null,
      needs(2) && gradient !== null && bias !== null ? sumTo(call, gradient, bias.shape) : null,
    ]
  },
  lower: (call) => (inputOf(call, 0).type === "float64" ? byElementaryOperators(call) : null),
}

function axesOf({ inputs, attributes }: Call): readonly number[] {
  const { length } = inputOf({ inputs }, 0).shape
  const first = axisOf(intOf(attributes, "axis", -1), length, "LayerNormalization")
  return Array.from({ length: length - first }, (_, index) => first + index)
}

/** The sum of what comes by y, by the mean (1 / n to each) and by the inverse deviation r (-h r^2 / n to each). */
function inputGradient(
  call: DerivativeCall,
  unit: SymbolicTensor,
  inverse: SymbolicTensor,
): SymbolicTensor | null {
  const { op } = call
  const [byOutput, byMean, byInverse] = call.gradients
  const axes = axesOf(call)
  const parts: SymbolicTensor[] = []
  if (byOutput) {
    const scaled = op("Mul", [byOutput, inputOf(call, 1)])
    const along = op("Mul", [unit, averageOver(call, op("Mul", [scaled, unit]), axes)])
    const centred = op("Sub", [scaled, averageOver(call, scaled, axes)])
    parts.push(op("Mul", [op("Sub", [centred, along]), inverse]))
  }
  const count = () => countOver(call, inputOf(call, 0), axes)
  if (byMean) parts.push(op("Div", [byMean, count()]))
  if (byInverse) {
    const share = op("Div", [op("Mul", [byInverse, op("Mul", [inverse, inverse])]), count()])
    parts.push(op("Neg", [op("Mul", [unit, share])]))
  }
  const [first = null, ...others] = parts
  return others.reduce((sum, part) => (sum === null ? part : op("Add", [sum, part])), first)
}

function byElementaryOperators(call: Call & Operations): readonly SymbolicTensor[] {
  const { op } = call
  const [x, scale] = [inputOf(call, 0), inputOf(call, 1)]
  const axes = axesOf(call)
  const mean = averageOver(call, x, axes)
  const centred = op("Sub", [x, mean])
  const variance = averageOver(call, op("Mul", [centred, centred]), axes)
  const epsilon = scalar(x.type, floatOf(call.attributes, "epsilon", 1e-5))
  const inverse = op("Reciprocal", [op("Sqrt", [op("Add", [variance, epsilon])])])
  const scaled = op("Mul", [op("Mul", [centred, inverse]), scale])
  const bias = call.inputs[2] ?? null
  return [bias === null ? scaled : op("Add", [scaled, bias]), mean, inverse]
}
