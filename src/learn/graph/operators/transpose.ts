/** @file Axes in another order: reversed unless `perm` says which. */
import { gradientOf, inputOf, intsOf, type Operator, shapeFault } from "../operator.ts"
import type { Attributes } from "../tensor.ts"

export const transpose: Operator = {
  name: "Transpose",
  domain: "",
  infer: (call) => {
    const { type, shape } = inputOf(call, 0)
    return [{ type, shape: orderOf(call.attributes, shape.length).map((axis) => shape[axis] ?? 1) }]
  },
  derivative: (call) => {
    const order = orderOf(call.attributes, inputOf(call, 0).shape.length)
    const inverse = order.map((_, axis) => BigInt(order.indexOf(axis)))
    return [
      call.op("Transpose", [gradientOf(call)], {
        perm: { kind: "ints", value: BigInt64Array.from(inverse) },
      }),
    ]
  },
}

function orderOf(attributes: Attributes, rank: number): readonly number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis)
  const order = intsOf(attributes, "perm")
  if (order === null) return axes.toReversed()
  if (order.length !== rank || !axes.every((axis) => order.includes(axis)))
    throw shapeFault("Transpose", `[${order.join(", ")}] is no order of ${rank} axes`)
  return order
}
