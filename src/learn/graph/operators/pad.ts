/** @file A constant put around a tensor, or what is beyond cut off where pads are negative: the reverse is a pad with the signs changed. */
import { fault } from "../../../base/errors.ts"
import {
  axisOf,
  type Call,
  constantInts,
  gradientOf,
  inputOf,
  integers,
  type Operator,
  shapeFault,
  textOf,
} from "../operator.ts"
import { added } from "../sizes.ts"

export const pad: Operator = {
  name: "Pad",
  domain: "",
  infer: (call) => {
    const { type, shape } = inputOf(call, 0)
    const { before, after } = padsOf(call)
    return [{ type, shape: shape.map((size, axis) => added(size, (before[axis] ?? 0) + (after[axis] ?? 0))) }]
  },
  derivative: (call) => {
    const { op, needs } = call
    const mode = textOf(call.attributes, "mode", "constant")
    if (mode !== "constant")
      throw fault("GRAPH_OPERATOR", {
        operator: "Pad",
        reason: `its derivative is not known for mode ${mode}`,
      })
    const { before, after } = padsOf(call)
    const gradient = gradientOf(call)
    const inner = op("Pad", [gradient, integers([...before, ...after].map((size) => -size))])
    const whole = { keepdims: { kind: "int", value: 0n } } as const
    const outer = () => op("Sub", [op("ReduceSum", [gradient], whole), op("ReduceSum", [inner], whole)])
    return [needs(0) ? inner : null, null, needs(2) ? outer() : null, null]
  },
}

/** Of all axes, also where the call names some. */
function padsOf(call: Call): { readonly before: readonly number[]; readonly after: readonly number[] } {
  const rank = inputOf(call, 0).shape.length
  const pads = constantInts(inputOf(call, 1))
  if (pads === null) throw shapeFault("Pad", "its sizes are no constant")
  const named = call.inputs[3] ?? null
  const given = constantInts(named)
  if (named !== null && given === null) throw shapeFault("Pad", "its axes are no constant")
  const axes =
    given?.map((axis) => axisOf(axis, rank, "Pad")) ?? Array.from({ length: rank }, (_, axis) => axis)
  if (pads.length !== 2 * axes.length)
    throw shapeFault("Pad", `${pads.length} sizes for both sides of ${axes.length} axes`)
  const before = Array.from({ length: rank }, () => 0)
  const after = [...before]
  for (const [index, axis] of axes.entries()) {
    before[axis] = pads[index] ?? 0
    after[axis] = pads[index + axes.length] ?? 0
  }
  return { before, after }
}
