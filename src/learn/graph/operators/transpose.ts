/** @file Axes in another order: reversed unless `perm` says which. */
import { gradientOf, inputOf, intsOf, type Operator } from "../operator.ts"

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

function orderOf(attributes: Parameters<typeof intsOf>[0], rank: number): readonly number[] {
  return intsOf(attributes, "perm") ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis)
}
