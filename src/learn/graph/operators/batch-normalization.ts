/**
 * @file As it is once trained: (x - mean) / sqrt(variance + epsilon) scale + bias, of each channel. With r = 1 / sqrt(variance + epsilon):
 * r scale by x, -r scale by mean, and the scale's own gradient times -scale r^2 / 2 by variance.
 */
import { fault } from "../../../base/errors.ts"
import { requiredInputs } from "../elementwise.ts"
import {
  type DerivativeCall,
  floatOf,
  gradientOf,
  inputOf,
  integers,
  intOf,
  type Operator,
  sameType,
  scalar,
  shapeFault,
} from "../operator.ts"
import { type SymbolicTensor, sameShape } from "../tensor.ts"

/** x [batch, channels, ...sizes]; scale, bias, mean and variance [channels]. */
export const batchNormalization: Operator = {
  name: "BatchNormalization",
  domain: "",
  infer: (call) => {
    const [x, ...others] = requiredInputs(call)
    const { type, shape } = inputOf(call, 0)
    if (intOf(call.attributes, "training_mode", 0) === 1)
      throw fault("GRAPH_OPERATOR", {
        operator: "BatchNormalization",
        reason: "it is written as if in training",
      })
    if (
      x === undefined ||
      shape.length < 2 ||
      others.some((each) => !sameShape(each.shape, shape.slice(1, 2)))
    )
      throw shapeFault(
        "BatchNormalization",
        `its factors are not one for each channel of [${shape.join(", ")}]`,
      )
    sameType("BatchNormalization", [x, ...others])
    return [{ type, shape }]
  },
  derivative: (call) => {
    const { op, needs } = call
    const [scale, mean, variance] = [inputOf(call, 1), inputOf(call, 3), inputOf(call, 4)]
    const gradient = gradientOf(call)
    const shifted = op("Add", [variance, scalar(variance.type, floatOf(call.attributes, "epsilon", 1e-5))])
    const inverse = op("Reciprocal", [op("Sqrt", [shifted])])
    const slope = op("Mul", [scale, inverse])
    const centred = () => op("Sub", [inputOf(call, 0), perChannel(call, mean)])
    const byBias = () => overChannels(call, gradient)
    const byScale = () => op("Mul", [overChannels(call, op("Mul", [gradient, centred()])), inverse])
    const half = () => op("Mul", [op("Mul", [slope, inverse]), scalar(scale.type, -0.5)])
    return [
      needs(0) ? op("Mul", [gradient, perChannel(call, slope)]) : null,
      needs(1) ? byScale() : null,
      needs(2) ? byBias() : null,
      needs(3) ? op("Neg", [op("Mul", [byBias(), slope])]) : null,
      needs(4) ? op("Mul", [byScale(), half()]) : null,
    ]
  },
}

function perChannel(call: DerivativeCall, value: SymbolicTensor): SymbolicTensor {
  const axes = inputOf(call, 0)
    .shape.slice(2)
    .map((_, axis) => axis + 1)
  return call.op("Unsqueeze", [value, integers(axes)])
}

function overChannels(call: DerivativeCall, value: SymbolicTensor): SymbolicTensor {
  const axes = value.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]))
  return call.op("ReduceSum", [value, integers(axes)], { keepdims: { kind: "int", value: 0n } })
}
