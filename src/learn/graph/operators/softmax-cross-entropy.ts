/** @file Our own: -sum y ln softmax(z) over the last axis, of logits z and probabilities y of one shape; its derivative is softmax(z) sum(y) - y. */
import { expandTo } from "../broadcast.ts"
import { gradientOf, inputOf, integers, type Operator, sameType, shapeFault } from "../operator.ts"
import { sameShape } from "../tensor.ts"

const last = { axis: { kind: "int", value: -1n } } as const
const dropped = { keepdims: { kind: "int", value: 0n } } as const

export const softmaxCrossEntropy: Operator = {
  name: "SoftmaxCrossEntropy",
  domain: "",
  infer: (call) => {
    const [z, y] = [inputOf(call, 0), inputOf(call, 1)]
    if (!sameShape(z.shape, y.shape) || z.shape.length < 1)
      throw shapeFault(
        "SoftmaxCrossEntropy",
        `logits [${z.shape.join(", ")}] with targets [${y.shape.join(", ")}]`,
      )
    return [{ type: sameType("SoftmaxCrossEntropy", [z, y]), shape: z.shape.slice(0, -1) }]
  },
  takesBroadcastGradients: true,
  derivative: (call) => {
    const { op, needs } = call
    const [z, y] = [inputOf(call, 0), inputOf(call, 1)]
    const arrived = gradientOf(call)
    const gradient =
      arrived.shape.length === 0
        ? arrived
        : op("Unsqueeze", [expandTo(call, arrived, call.outputs[0] ?? arrived), integers([-1])])
    const total = op("ReduceSum", [y, integers([-1])], { keepdims: { kind: "int", value: 1n } })
    const difference = () => op("Sub", [op("Mul", [op("Softmax", [z], last), total]), y])
    return [
      needs(0) ? op("Mul", [gradient, difference()]) : null,
      needs(1) ? op("Neg", [op("Mul", [gradient, op("LogSoftmax", [z], last)])]) : null,
    ]
  },
  lower: (call) => {
    const { op } = call
    const product = op("Mul", [inputOf(call, 1), op("LogSoftmax", [inputOf(call, 0)], last)])
    return [op("Neg", [op("ReduceSum", [product, integers([-1])], dropped)])]
  },
}
