/** @file Our own: -ln softmax(z) at the true class over the last axis, of logits z [..., classes] and classes int64 [...]. */
import { expandTo } from "../broadcast.ts"
import { gradientOf, inputOf, integers, type Operator, shapeFault } from "../operator.ts"
import { constant, sameShape } from "../tensor.ts"

const last = { axis: { kind: "int", value: -1n } } as const

export const sparseSoftmaxCrossEntropy: Operator = {
  name: "SparseSoftmaxCrossEntropy",
  domain: "",
  infer: (call) => {
    const [z, y] = [inputOf(call, 0), inputOf(call, 1)]
    if (y.type !== "int64" || y.shape.length < 1 || !sameShape(z.shape.slice(0, -1), y.shape))
      throw shapeFault(
        "SparseSoftmaxCrossEntropy",
        `logits [${z.shape.join(", ")}] with classes ${y.type} [${y.shape.join(", ")}]`,
      )
    return [{ type: z.type, shape: y.shape }]
  },
  takesBroadcastGradients: true,
  derivative: (call) => {
    const { op } = call
    const [z, y] = [inputOf(call, 0), inputOf(call, 1)]
    const arrived = gradientOf(call)
    const gradient =
      arrived.shape.length === 0
        ? arrived
        : op("Unsqueeze", [expandTo(call, arrived, call.outputs[0] ?? arrived), integers([-1])])
    const classCount = z.shape.at(-1)
    if (typeof classCount !== "number")
      throw shapeFault("SparseSoftmaxCrossEntropy", "the number of classes is not known")
    const values =
      z.type === "float64"
        ? constant({ type: "float64", shape: [2], data: Float64Array.of(0, 1) })
        : constant({ type: "float32", shape: [2], data: Float32Array.of(0, 1) })
    const chosen = op("OneHot", [y, integers([classCount]), values], last)
    return [op("Mul", [gradient, op("Sub", [op("Softmax", [z], last), chosen])]), null]
  },
  lower: (call) => {
    const { op } = call
    const logProbabilities = op("LogSoftmax", [inputOf(call, 0)], last)
    const places = op("Unsqueeze", [inputOf(call, 1), integers([-1])])
    const picked = op("GatherElements", [logProbabilities, places], last)
    return [op("Neg", [op("Squeeze", [picked, integers([-1])])])]
  },
}
